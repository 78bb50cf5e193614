import Foundation

/// What the repository's `broker-config` says, for brokers that are to be set up as it is.
enum BrokerConfig {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("broker-config")

  /// The lines of its mosquitto.conf about queues and sizes.
  static func limits() throws -> [String] {
    let text = try String(
      contentsOf: folder.appendingPathComponent("mosquitto.conf"), encoding: .utf8)
    return text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("max_") }
  }
}
