import Foundation

/// Debian's Chromium, headless, driven through the DevTools protocol over two pipes. It ends with the last reference.
///
/// Not for two threads at once: whoever shares one takes turns.
public final class Browser: @unchecked Sendable {
  /// Whether there is one; tests that need it are to be skipped otherwise.
  public static var isInstalled: Bool { (try? ChildProcess.find("chromium")) != nil }

  private let directory: TemporaryDirectory
  private let pipes: PipePair
  private let child: ChildProcess
  private var lastID = 0
  private var answers: [Int: [String: Any]] = [:]
  private var complaintsBySession: [String: [String]] = [:]

  public init() throws {
    directory = try TemporaryDirectory()
    pipes = try PipePair()
    // In a container and for root there is no sandbox to be had; what is shown here is our own.
    let flags = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--disable-extensions", "--user-data-dir=\(directory.path)", "--remote-debugging-pipe",
      "--window-size=1280,800", "about:blank",
    ]
    child = try ChildProcess(
      "chromium", flags, descriptors: [3: pipes.child.input, 4: pipes.child.output])
    pipes.closeChildEnds()
  }

  deinit {
    _ = try? call("Browser.close")
    child.waitForExit(limit: .seconds(5))
  }

  /// Opens a tab of its own storage, and an address in it. It is closed with its last reference.
  public func open(_ address: String, width: Int = 1280, height: Int = 800) throws -> Tab {
    let context = try call("Target.createBrowserContext")["browserContextId"] as? String ?? ""
    let target = try call(
      "Target.createTarget", ["url": "about:blank", "browserContextId": context])
    let attached = try call(
      "Target.attachToTarget", ["targetId": target["targetId"] ?? "", "flatten": true])
    guard let session = attached["sessionId"] as? String else {
      throw TestFailure("no session: \(attached)")
    }
    let tab = Tab(self, session: session, context: context)
    try tab.begin(width: width, height: height)
    try tab.go(to: address)
    return tab
  }

  /// Calls a method and waits for its result; throws the browser's error.
  @discardableResult
  func call(
    _ method: String, _ parameters: [String: Any] = [:], session: String? = nil,
    limit: Duration = .seconds(30)
  ) throws -> [String: Any] {
    lastID += 1
    let id = lastID
    var message: [String: Any] = ["id": id, "method": method, "params": parameters]
    message["sessionId"] = session
    try pipes.send(JSONSerialization.data(withJSONObject: message))
    let deadline = ContinuousClock.now + limit
    while answers[id] == nil {
      guard try takeOne(until: deadline) else {
        throw TestFailure("\(method): no answer; the browser said: \(child.errors.suffix(1000))")
      }
    }
    let answer = answers.removeValue(forKey: id) ?? [:]
    if let error = answer["error"] { throw TestFailure("\(method): \(error)") }
    return answer["result"] as? [String: Any] ?? [:]
  }

  /// What a tab's page threw, logged as an error, or was refused.
  func complaints(of session: String) -> [String] { complaintsBySession[session] ?? [] }

  private func takeOne(until deadline: ContinuousClock.Instant) throws -> Bool {
    guard let data = try pipes.receive(until: deadline) else { return false }
    let message = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    if let id = message["id"] as? Int { answers[id] = message } else { note(message) }
    return true
  }

  private func note(_ event: [String: Any]) {
    let parameters = event["params"] as? [String: Any] ?? [:]
    let entry = parameters["entry"] as? [String: Any]
    let isError =
      switch event["method"] as? String {
      case "Runtime.exceptionThrown": true
      case "Runtime.consoleAPICalled": parameters["type"] as? String == "error"
      case "Log.entryAdded": entry?["level"] as? String == "error"
      default: false
      }
    guard isError, let session = event["sessionId"] as? String else { return }
    complaintsBySession[session, default: []].append("\(parameters)")
  }
}
