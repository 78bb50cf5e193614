import Foundation
import Glibc

/// A folder of its own, gone with the benchmark.
final class Workplace {
  let path: String

  init() throws(BenchError) {
    path = NSTemporaryDirectory() + "rollcall-bench-" + UUID().uuidString
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch { throw BenchError("\(path): \(error)") }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ lines: [String]) throws(BenchError) -> String {
    let file = "\(path)/\(name)"
    do {
      try (lines.joined(separator: "\n") + "\n").write(
        toFile: file, atomically: true, encoding: .utf8)
    } catch { throw BenchError("\(file): \(error)") }
    return file
  }

  /// A mosquitto of our own that drops nothing, on a free port.
  ///
  /// - Parameter isPersistent: keeps what is retained when it is ended with SIGTERM and started again.
  func broker(port: Int, isPersistent: Bool = false) throws(BenchError) -> Child {
    let persistence =
      isPersistent
      ? ["persistence true", "persistence_location \(path)/", "autosave_interval 0"]
      : ["persistence false"]
    let file = try write(
      "mosquitto-\(port).conf",
      [
        "listener \(port) 127.0.0.1", "allow_anonymous true", "user root",
        "max_queued_messages 0", "max_inflight_messages 1000", "set_tcp_nodelay true",
        "log_dest none",
      ] + persistence)
    let found = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"]
    guard let program = found.first(where: FileManager.default.isExecutableFile) else {
      throw BenchError("mosquitto is not installed")
    }
    return try Child(program, ["-c", file], isQuiet: true)
  }

  func bridge(port: Int, _ lines: [String]) throws(BenchError) -> Child {
    let file = try write(
      "rollcall-\(port).conf",
      ["broker mqtt://127.0.0.1:\(port)", "database \(path)/\(port).db", "log_level warning"]
        + lines)
    return try Child(beside("rollcall"), ["run", "--config", file])
  }
}

/// A broker and a bridge of our own on a free port, ended with the last reference.
final class OwnSite {
  let workplace: Workplace
  let target: Target
  let isPersistent: Bool
  private(set) var broker: Child
  private(set) var bridge: Child
  private let settings: [String]

  /// - Parameter settings: lines of the bridge's configuration.
  init(_ settings: [String], isPersistent: Bool = false) throws(BenchError) {
    workplace = try Workplace()
    target = Target(port: try freePort())
    self.isPersistent = isPersistent
    self.settings = settings
    broker = try workplace.broker(port: target.port, isPersistent: isPersistent)
    bridge = try workplace.bridge(port: target.port, settings)
  }

  /// - Parameter forgets: what a persistent broker has kept is lost.
  func restartBroker(forgets: Bool) throws(BenchError) {
    broker.stop()
    if forgets { unlink("\(workplace.path)/mosquitto.db") }
    broker = try workplace.broker(port: target.port, isPersistent: isPersistent)
  }

  func restartBridge() throws(BenchError) {
    bridge.stop()
    bridge = try workplace.bridge(port: target.port, settings)
  }

  /// Of the file that the bridge's database is checkpointed into; what is only in its log does not count.
  var databaseBytes: Int {
    var status = stat()
    return stat("\(workplace.path)/\(target.port).db", &status) == 0 ? Int(status.st_size) : 0
  }

  deinit {
    bridge.stop()
    broker.stop()
  }
}

/// A port of the loopback that nobody listens on, as far as that can be known.
func freePort() throws(BenchError) -> Int {
  let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(socket) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let failed = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(socket, $0, size) != 0 || getsockname(socket, $0, &size) != 0
    }
  }
  guard !failed else { throw BenchError("no free port: \(String(cString: strerror(errno)))") }
  return Int(UInt16(bigEndian: address.sin_port))
}
