import Presence

/// Sparkplug B: edge nodes that carry devices.
///
/// An NDEATH is a node's only if its `bdSeq` is that of the NBIRTH: equal, not less, for it wraps at 256. Where
/// either names none, the NDEATH counts, and data that comes after it brings the node back. A new session's NBIRTH
/// ends the devices of the one before, unless their own DBIRTHs follow within the grace of a death.
///
/// Data has no period, so the NDEATH alone decides. Nothing here is retained, so a node is known from its next NBIRTH
/// on. STATE and commands are not read.
struct SparkplugDialect: Dialect {
  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "{group}", confirmation: .seconds(10 * 60))
  private var devices = SparkplugDevices()

  private enum Kind: Int, CaseIterable {
    case nodeBirth, nodeDeath, nodeData, deviceBirth, deviceDeath, deviceData

    var pattern: String {
      switch self {
      case .nodeBirth: "{group}/NBIRTH/{node}"
      case .nodeDeath: "{group}/NDEATH/{node}"
      case .nodeData: "{group}/NDATA/{node}"
      case .deviceBirth: "{group}/DBIRTH/{node}/{device}"
      case .deviceDeath: "{group}/DDEATH/{node}/{device}"
      case .deviceData: "{group}/DDATA/{node}/{device}"
      }
    }

    var isData: Bool { self == .nodeData || self == .deviceData }
  }

  init(prefix: String?) {
    let prefix = prefix ?? "spBv1.0"
    topics = Kind.allCases.map {
      DialectTopic(pattern: "\(prefix)/\($0.pattern)", isAtLeastOnce: !$0.isData)
    }
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard !message.isReplay, let kind = Kind(rawValue: topic), message.levels.count >= 2 else {
      return
    }
    let node = ClientName.joined(Array(message.levels.prefix(2)))
    let client = ClientName.joined(message.levels)
    client.withUnsafeBytes { client in
      switch kind {
      case .nodeBirth: nodeIsBorn(client, message.payload, listener)
      case .nodeDeath: nodeDies(client, message.payload, listener)
      case .nodeData, .deviceData: listener.hear(Saying(client, .heartbeat(nil)))
      case .deviceBirth: deviceIsBorn(client, of: node, listener)
      case .deviceDeath: listener.hear(Saying(client, .offline(Death())))
      }
    }
  }

  private mutating func nodeIsBorn(
    _ node: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer,
    _ listener: some DialectListener
  ) {
    let session = SparkplugSession(payload)
    guard session != .unreadable else {
      return listener.isInvalid("an NBIRTH without a readable bdSeq")
    }
    let isNew =
      listener.standing(of: node, user: nil)?.epoch != session.epoch
      || devices.haveEnded(of: Array(node))
    var saying = Saying(node, .online(Birth(epoch: session.epoch)))
    saying.isGateway = true
    listener.hear(saying)
    if isNew { endDevices(of: node, listener) }
  }

  private mutating func endDevices(
    of node: UnsafeRawBufferPointer, _ listener: some DialectListener
  ) {
    for device in devices.take(of: Array(node)) {
      device.withUnsafeBytes {
        guard listener.standing(of: $0, user: nil)?.isPresent == true else { return }
        listener.hear(Saying($0, .offline(Death())))
      }
    }
  }

  private mutating func nodeDies(
    _ node: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer,
    _ listener: some DialectListener
  ) {
    let session = SparkplugSession(payload)
    guard session != .unreadable else {
      return listener.isInvalid("an NDEATH without a readable bdSeq")
    }
    guard let standing = listener.standing(of: node, user: nil) else { return }
    if let epoch = standing.epoch, epoch != SparkplugSession.unnamedEpoch, session != .unnamed,
      epoch != session.epoch
    {
      return listener.isStale()
    }
    devices.end(of: Array(node))
    var saying = Saying(node, .offline(Death()))
    saying.isGateway = true
    listener.hear(saying)
  }

  private mutating func deviceIsBorn(
    _ device: UnsafeRawBufferPointer, of node: [UInt8], _ listener: some DialectListener
  ) {
    devices.add(Array(device), of: node)
    node.withUnsafeBytes {
      var saying = Saying(device, .online(Birth()))
      saying.gateway = $0
      saying.returnsAlone = true
      listener.hear(saying)
    }
  }
}
