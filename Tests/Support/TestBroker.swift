import Glibc
import MQTT

/// A real Mosquitto on the loopback, with a configuration, a port and a directory of its own.
///
/// Ports and directory stay the same when it is stopped and started again. Child and directory go with the last
/// reference.
public final class TestBroker {
  /// How the broker is set up.
  public struct Setup {
    /// Keeps sessions and retained messages over a restart (written at `stop`, lost at `kill`).
    public var persistence = false
    /// Logins and their passwords; none lets everybody in.
    public var users: [String: String] = [:]
    /// The text of an ACL file.
    public var acl: String?
    /// A second listener that speaks TLS.
    public var tls: TLSListener?
    /// More lines of mosquitto.conf; those about a listener count for the plain one.
    public var extraLines: [String] = []

    public init() {}
  }

  public struct TLSListener {
    public var requiresClientCertificate = false
    /// Shows a certificate that is not for this host.
    public var wrongHost = false

    public init() {}
  }

  public let port: Int
  /// Listens only when `Setup.tls` is set.
  public let tlsPort: Int
  public let directory: TemporaryDirectory
  /// Made only when `Setup.tls` is set.
  public let certificates: TestCertificates?
  private var child: ChildProcess?
  private var earlierLog = ""

  /// Starts a broker and waits until it accepts connections.
  public init(_ configure: (inout Setup) -> Void = { _ in }) throws {
    var setup = Setup()
    configure(&setup)
    port = try TestPort.free()
    tlsPort = try TestPort.free()
    directory = try TemporaryDirectory()
    certificates = try setup.tls == nil ? nil : TestCertificates(in: directory)
    try writeConfiguration(setup)
    try start()
  }

  /// Starts it again after `stop` or `kill`, on the same ports, and waits until it accepts connections.
  public func start() throws {
    let child = try ChildProcess("mosquitto", ["-c", directory.file("mosquitto.conf")])
    self.child = child
    let ready = waitUntil { child.exitIfEnded() != nil || TestPort.accepts(port) }
    guard ready, child.exitIfEnded() == nil else {
      throw TestFailure("mosquitto did not start: \(child.errors)")
    }
  }

  /// Ends it with SIGTERM: it publishes the wills of its clients and saves what it persists.
  public func stop() throws { try end(SIGTERM) }

  /// Ends it with SIGKILL, as a crash would.
  public func kill() throws { try end(SIGKILL) }

  /// Lets it write what it persists.
  public func save() throws {
    let before = saves
    child?.send(SIGUSR1)
    guard waitUntil({ saves > before }) else { throw TestFailure("mosquitto saves nothing") }
  }

  private var saves: Int { log.components(separatedBy: "Saving in-memory database").count }

  /// Lets it hang: connections stay up and nothing is answered.
  public func pause() { child?.send(SIGSTOP) }

  public func resume() { child?.send(SIGCONT) }

  /// Everything that it has logged.
  public var log: String { earlierLog + (child?.errors ?? "") }

  /// Whether a line of the log has all of these words. Mosquitto 2.1 has an address between a client and its fate.
  public func hasLogged(_ words: String...) -> Bool {
    log.split(separator: "\n").contains { line in words.allSatisfy { line.contains($0) } }
  }

  public var endpoint: Endpoint { Endpoint(host: "127.0.0.1", port: port) }

  private func end(_ signal: Int32) throws {
    guard let child else { return }
    child.send(signal)
    guard child.waitForExit() != nil else { throw TestFailure("mosquitto did not end") }
    earlierLog += child.errors
    self.child = nil
  }

  private func writeConfiguration(_ setup: Setup) throws {
    var lines = ["allow_anonymous \(setup.users.isEmpty)"]
    // Started by root, mosquitto would become a user who cannot read the directory.
    if geteuid() == 0 { lines.append("user root") }
    if setup.persistence {
      lines += ["persistence true", "persistence_location \(directory.path)/"]
    }
    if !setup.users.isEmpty { lines.append("password_file \(try passwordFile(setup.users))") }
    if let acl = setup.acl { lines.append("acl_file \(try directory.write(acl, to: "acl"))") }
    lines += listenerLines(setup.tls) + ["listener \(port) 127.0.0.1"] + setup.extraLines
    try directory.write(lines.joined(separator: "\n") + "\n", to: "mosquitto.conf")
  }

  private func listenerLines(_ listener: TLSListener?) -> [String] {
    guard let listener, let certificates else { return [] }
    let shown = listener.wrongHost ? certificates.elsewhere : certificates.server
    return [
      "listener \(tlsPort) 127.0.0.1", "cafile \(certificates.ca)", "certfile \(shown.certificate)",
      "keyfile \(shown.key)", "require_certificate \(listener.requiresClientCertificate)",
    ]
  }

  private func passwordFile(_ users: [String: String]) throws -> String {
    let path = try directory.write("", to: "passwords")
    for (user, password) in users {
      try ChildProcess.run("mosquitto_passwd", ["-b", path, user, password])
    }
    return path
  }
}
