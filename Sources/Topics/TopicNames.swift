/// The topics that the bridge subscribes to and publishes on, all under one root.
public struct TopicNames: Sendable {
  private let root: String
  private let rootBytes: [UInt8]

  /// `root` is taken as it is (see ``Names/problem(ofRoot:)``).
  public init(root: String) {
    self.root = root
    rootBytes = Array(root.utf8)
  }

  /// Every client's status, of clients without and with a user.
  public var statusFilters: [String] { who.map { "\($0)/status" } }
  /// Every client's heartbeats.
  public var heartbeatFilters: [String] { who.map { "\($0)/heartbeat" } }
  /// Every client's joins and leaves.
  public var roomFilters: [String] { who.map { "\($0)/rooms/#" } }

  /// Match what ``statusFilters`` match, and are other filters to the broker: subscribing to them
  /// replays the retained statuses and leaves the subscriptions proper as they are.
  public var statusReplayFilters: [String] { ["\(root)/+/+/status", "\(root)/+/+/+/+/status"] }

  /// What the bridge publishes of every room.
  public var occupancyFilter: String { "\(root)/occupancy/#" }
  /// As ``occupancyFilter``, for the numbers of members.
  public var countFilter: String { "\(root)/count/#" }
  /// As ``occupancyFilter``, for the events.
  public var eventsFilter: String { "\(root)/events/#" }

  /// What the bridge says of itself, and to itself.
  public var bridgeFilter: String { "\(root)/bridge/#" }

  /// The heartbeats of a client without a user; `nil`: it has no name for a topic.
  public func heartbeat(ofClient client: String) -> [UInt8]? {
    guard Names.problem(ofLevel: client.utf8) == nil else { return nil }
    return Array("\(root)/clients/\(client)/heartbeat".utf8)
  }

  /// Where the bridge is asked.
  public var query: String { "\(root)/query" }

  /// Whether an answer may go to a topic that an asker has chosen: one that can be published on, below the root only
  /// where askers may read (`answers/…`), and not below `foreign`, where the bridge's login may write for others' eyes.
  ///
  /// - Parameter foreign: beginnings of topics, whole levels, such as Home Assistant's discovery prefix.
  public func mayAnswer(on topic: [UInt8], notBelow foreign: [String] = []) -> Bool {
    guard topic.count <= Self.maxAnswerTopic,
      topic.withUnsafeBytes({ Names.problem(ofForeignTopic: $0) }) == nil,
      !foreign.contains(where: { Self.isAtOrBelow($0.utf8, topic) })
    else { return false }
    guard Self.isAtOrBelow(rootBytes, topic) else { return true }
    return topic.starts(with: rootBytes + Array("/answers/".utf8))
  }

  private static func isAtOrBelow(_ prefix: some Collection<UInt8>, _ topic: [UInt8]) -> Bool {
    topic.starts(with: prefix)
      && (topic.count == prefix.count || topic[prefix.count] == Names.slash)
  }

  private static let maxAnswerTopic = 1_024

  /// The bridge's message to itself.
  public var fence: String { "\(root)/bridge/fence" }
  /// The bridge's counters and gauges.
  public var stats: String { "\(root)/bridge/stats" }
  /// Where the bridge is `online` or, by its will, `offline`.
  public var bridgeStatus: String { "\(root)/bridge/status" }

  /// Mosquitto's uptime: see ``Payload/uptime(_:)``.
  public var brokerUptime: String { "$SYS/broker/uptime" }
  /// How many messages Mosquitto has dropped: see ``Payload/count(_:)``.
  public var brokerDropped: String { "$SYS/broker/publish/messages/dropped" }

  /// The topic of a room's snapshot, without a NUL at its end.
  public func occupancy(_ room: UnsafeRawBufferPointer) -> [UInt8] { topic("/occupancy/", room) }
  /// The topic of a room's number of members.
  public func count(_ room: UnsafeRawBufferPointer) -> [UInt8] { topic("/count/", room) }
  /// The topic of a room's events.
  public func events(_ room: UnsafeRawBufferPointer) -> [UInt8] { topic("/events/", room) }

  private var who: [String] { ["\(root)/clients/+", "\(root)/users/+/clients/+"] }

  private func topic(_ kind: StaticString, _ room: UnsafeRawBufferPointer) -> [UInt8] {
    var topic: [UInt8] = []
    topic.reserveCapacity(rootBytes.count + kind.utf8CodeUnitCount + room.count)
    topic += rootBytes
    topic += UnsafeRawBufferPointer(start: kind.utf8Start, count: kind.utf8CodeUnitCount)
    topic += room
    return topic
  }
}
