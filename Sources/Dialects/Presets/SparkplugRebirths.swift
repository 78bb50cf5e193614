import Presence

/// Asks nodes for their births: the command `Node Control/Rebirth` (Sparkplug 3.0, 6.4.20 and 6.4.23).
///
/// A birth is a large message, so a node is asked once in ten seconds at the most, whatever it sends.
struct SparkplugRebirths {
  private static let pause = Duration.seconds(10)

  private let prefix: [UInt8]
  private var asked = RecentTable<Instant>(limit: 4_096)

  init(prefix: String) { self.prefix = Array("\(prefix)/".utf8) }

  /// Asks the node that a message of it, or of its device, came from.
  mutating func ask(_ node: [UInt8], _ message: DialectMessage, _ listener: some DialectListener) {
    let now = message.now.instant
    guard node.count <= DialectLimits.maxName, message.levels.count >= 2 else { return }
    if let last = asked[node], now < last + Self.pause { return }
    asked.hear(node, fresh: now) { $0 = now }
    let topic = prefix + message.levels[0] + Array("/NCMD/".utf8) + message.levels[1]
    listener.ask(topic, Self.payload(at: message.now.wall))
  }

  /// A timestamp (field 1), and one metric (2) with its name (1), datatype (4: 11, a boolean) and value (14).
  private static func payload(at wall: Int64) -> [UInt8] {
    let name = Array("Node Control/Rebirth".utf8)
    let metric = [0x0a, UInt8(name.count)] + name + [0x20, 11, 0x70, 1]
    return [0x08] + varint(UInt64(max(0, wall))) + [0x12, UInt8(metric.count)] + metric
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
