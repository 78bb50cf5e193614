/// What Home Assistant makes of one discovery configuration: the level of its topic behind the prefix.
public enum DiscoveryComponent: String, CaseIterable, Sendable {
  case binarySensor = "binary_sensor"
  case sensor
}

/// The topics of Home Assistant's discovery that are ours: `{prefix}/{component}/{node}/{object}/config`.
///
/// The node is one level that names the bridge by its root, so that one filter finds all that was ever retained
/// there, and two bridges with different roots leave each other's alone.
public struct DiscoveryTopics: Sendable, Equatable {
  /// Where Home Assistant looks, `homeassistant` unless it was told otherwise.
  public let prefix: String
  /// The level that all of our configurations have in common.
  public let node: String

  /// `prefix` and `root` are taken as they are (see ``Names/problem(ofRoot:)``).
  public init(prefix: String, root: String) {
    self.prefix = prefix
    node = Self.nodePrefix + String(decoding: ObjectID.write(root.utf8), as: UTF8.self)
  }

  /// Of what an earlier run has published, by its ``filter``; nil for every other filter.
  public init?(filter: String) {
    guard filter.hasSuffix(Self.end) else { return nil }
    let levels = filter.dropLast(Self.end.count).split(
      separator: "/", omittingEmptySubsequences: false)
    guard levels.count >= 3, levels[levels.count - 2] == "+", let node = levels.last,
      node.hasPrefix(Self.nodePrefix), ObjectID.read(node.utf8.dropFirst(9)) != nil
    else { return nil }
    prefix = levels.dropLast(2).joined(separator: "/")
    self.node = String(node)
  }

  /// Matches all of our configurations, whatever their component.
  public var filter: String { "\(prefix)/+/\(node)\(Self.end)" }

  /// Where Home Assistant says `online` when it has started: its birth.
  public var status: String { "\(prefix)/status" }

  /// The topic of a room's configuration as one component.
  public func config(_ component: DiscoveryComponent, of room: UnsafeRawBufferPointer) -> [UInt8] {
    Array("\(prefix)/\(component.rawValue)/\(node)/".utf8) + ObjectID.write(room)
      + Array("/config".utf8)
  }

  /// What a topic is, as discovery sees it.
  public enum Topic: Equatable {
    case status
    /// Ours, of a room.
    case config(DiscoveryComponent, room: [UInt8])
    /// Matches ``filter``, and is none that ``config(_:of:)`` gives.
    case stray
  }

  /// What `topic` is; nil: it is none of discovery's.
  public func read(_ topic: UnsafeRawBufferPointer) -> Topic? {
    guard topic.hasPrefix(Array("\(prefix)/".utf8)) else { return nil }
    let rest = topic.part(prefix.utf8.count + 1, topic.count)
    if rest.holds("status") { return .status }
    let levels = rest.split(separator: Names.slash, omittingEmptySubsequences: false)
    guard levels.count == 4, levels[1].elementsEqual(node.utf8),
      levels[3].elementsEqual("config".utf8)
    else { return nil }
    guard let component = DiscoveryComponent(rawValue: String(decoding: levels[0], as: UTF8.self)),
      let room = ObjectID.read(levels[2]), Names.problem(ofRoom: room) == nil
    else { return .stray }
    return .config(component, room: room)
  }

  private static let nodePrefix = "rollcall-"
  private static let end = "/+/config"
}
