import Foundation

/// One page in a ``Browser``.
public final class Tab {
  private let browser: Browser
  private let session: String
  private let context: String

  init(_ browser: Browser, session: String, context: String) {
    self.browser = browser
    self.session = session
    self.context = context
  }

  deinit {
    _ = try? browser.call("Target.disposeBrowserContext", ["browserContextId": context])
  }

  /// What the page threw, logged as an error, or was refused by its policy.
  public var complaints: [String] { browser.complaints(of: session) }

  func begin(width: Int, height: Int) throws {
    for domain in ["Page", "Runtime", "Log"] { try call("\(domain).enable") }
    try resize(width: width, height: height)
  }

  /// Goes to an address and waits until it was loaded.
  public func go(to address: String) throws {
    let result = try call("Page.navigate", ["url": address])
    if let error = result["errorText"] { throw TestFailure("\(address): \(error)") }
    guard try waitUntil({ try isTrue("document.readyState === 'complete'") }) else {
      throw TestFailure("\(address) is not loaded")
    }
  }

  public func resize(width: Int, height: Int) throws {
    try call(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
  }

  /// The value of an expression, awaited if it is a promise; throws what it throws.
  public func value(of expression: String) throws -> Any? {
    let answer = try call(
      "Runtime.evaluate",
      ["expression": expression, "returnByValue": true, "awaitPromise": true])
    if let details = answer["exceptionDetails"] as? [String: Any] {
      let thrown = details["exception"] as? [String: Any]
      throw TestFailure("\(thrown?["description"] ?? thrown?["value"] ?? details)")
    }
    return (answer["result"] as? [String: Any])?["value"]
  }

  public func isTrue(_ expression: String) throws -> Bool {
    try value(of: expression) as? Bool ?? false
  }

  public func text(of expression: String) throws -> String {
    try value(of: expression).map { "\($0)" } ?? ""
  }

  public func number(_ expression: String) throws -> Double {
    guard let number = try value(of: expression) as? NSNumber else {
      throw TestFailure("no number: \(expression)")
    }
    return number.doubleValue
  }

  /// Waits for an expression to be true; throws with what the page shows when it does not come true.
  public func wait(
    for what: String, limit: Duration = .seconds(20), _ expression: String
  ) throws {
    if try waitUntil(limit: limit, { try isTrue(expression) }) { return }
    let shown = try text(of: "document.body.innerText")
    throw TestFailure(
      "waited in vain for \(what); the page shows:\n\(shown.prefix(3000))\n\(complaints)")
  }

  /// Presses a key, with what has the focus.
  public func press(_ key: String) throws {
    for type in ["keyDown", "keyUp"] {
      try call("Input.dispatchKeyEvent", ["type": type, "key": key, "code": key])
    }
  }

  /// A figure of the browser, e.g. `JSHeapUsedSize` (bytes).
  public func metric(_ name: String) throws -> Double {
    try call("Performance.enable")
    let metrics = try call("Performance.getMetrics")["metrics"] as? [[String: Any]] ?? []
    let found = metrics.first { $0["name"] as? String == name }
    return (found?["value"] as? NSNumber)?.doubleValue ?? .nan
  }

  @discardableResult
  public func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    try browser.call(method, parameters, session: session)
  }
}
