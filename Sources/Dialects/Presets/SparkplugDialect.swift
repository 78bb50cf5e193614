import Presence

/// Sparkplug B: edge nodes that carry devices.
///
/// An NDEATH ends its node where its `bdSeq` is that of the NBIRTH or above it, or where either names none: see
/// ``SparkplugSession/Order``. One that is below it may be of an earlier connection, or of a library that counts one
/// too few: the node is gone unless it, or a device of it, is heard within `heartbeat_timeout`. A new session's NBIRTH
/// ends the devices of the one before, unless their own DBIRTHs follow within the grace of a death.
///
/// Data has no period, so the NDEATH alone decides. Nothing here is retained, so a node is known from its next NBIRTH
/// on. An empty message is one that somebody cleared, and says nothing. STATE and commands are not read.
struct SparkplugDialect: Dialect {
  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "{group}", confirmation: .seconds(10 * 60))
  private let doubt: Duration
  private var devices = SparkplugDevices()
  private var rebirths: SparkplugRebirths?

  private enum Kind: Int, CaseIterable {
    case nodeBirth, nodeDeath, nodeData, deviceBirth, deviceDeath, deviceData

    var word: String {
      switch self {
      case .nodeBirth: "NBIRTH"
      case .nodeDeath: "NDEATH"
      case .nodeData: "NDATA"
      case .deviceBirth: "DBIRTH"
      case .deviceDeath: "DDEATH"
      case .deviceData: "DDATA"
      }
    }

    var pattern: String {
      rawValue < Kind.deviceBirth.rawValue
        ? "{group}/\(word)/{node}" : "{group}/\(word)/{node}/{device}"
    }

    var isData: Bool { self == .nodeData || self == .deviceData }
    var isDeath: Bool { self == .nodeDeath || self == .deviceDeath }
  }

  /// - Parameter doubt: how long a node has to be heard again whose NDEATH names an earlier session.
  init(prefix: String?, doubt: Duration = .seconds(60), asksForRebirth: Bool = false) {
    let prefix = prefix ?? "spBv1.0"
    self.doubt = doubt
    rebirths = asksForRebirth ? SparkplugRebirths(prefix: prefix) : nil
    topics = Kind.allCases.map {
      DialectTopic(pattern: "\(prefix)/\($0.pattern)", isAtLeastOnce: !$0.isData)
    }
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard !message.isReplay, let kind = Kind(rawValue: topic), message.levels.count >= 2 else {
      return
    }
    if message.payload.isEmpty, !kind.isDeath { return }
    guard message.payload.isEmpty || SparkplugSession.isPayload(message.payload) else {
      return listener.isInvalid("an \(kind.word) that is no Sparkplug payload")
    }
    let node = ClientName.joined(Array(message.levels.prefix(2)))
    let client = ClientName.joined(message.levels)
    client.withUnsafeBytes { client in
      switch kind {
      case .nodeBirth: nodeIsBorn(client, message.payload, listener)
      case .nodeDeath: nodeDies(client, message, listener)
      case .nodeData, .deviceData: data(client, of: node, message, listener)
      case .deviceBirth: deviceIsBorn(client, of: node, listener)
      case .deviceDeath: listener.hear(Saying(client, .offline(Death())))
      }
    }
  }

  /// Data of a node whose birth nobody here has seen tells nothing of it: it may be asked for it.
  private mutating func data(
    _ client: UnsafeRawBufferPointer, of node: [UInt8], _ message: DialectMessage,
    _ listener: some DialectListener
  ) {
    listener.hear(Saying(client, .heartbeat(nil)))
    guard rebirths != nil, listener.standing(of: client, user: nil) == nil else { return }
    rebirths?.ask(node, message, listener)
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

/// Nodes: their sessions, and their devices with them.
extension SparkplugDialect {
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
    _ node: UnsafeRawBufferPointer, _ message: DialectMessage, _ listener: some DialectListener
  ) {
    let session = SparkplugSession(message.payload)
    guard session != .unreadable else {
      return listener.isInvalid("an NDEATH without a readable bdSeq")
    }
    guard let standing = listener.standing(of: node, user: nil) else { return }
    if let known = standing.epoch, session.order(after: known) == .earlier {
      return doubtDeath(of: node, session, known, standing, message, listener)
    }
    devices.end(of: Array(node))
    end(node, Death(), listener)
  }

  private mutating func doubtDeath(
    of node: UnsafeRawBufferPointer, _ session: SparkplugSession, _ known: Int64,
    _ standing: Standing, _ message: DialectMessage, _ listener: some DialectListener
  ) {
    listener.isStale("an NDEATH with bdSeq \(session.epoch), where the NBIRTH had \(known)")
    guard standing.isPresent else { return }
    end(node, Death(grace: doubt), listener)
    rebirths?.ask(Array(node), message, listener)
  }

  private func end(
    _ node: UnsafeRawBufferPointer, _ death: Death, _ listener: some DialectListener
  ) {
    var saying = Saying(node, .offline(death))
    saying.isGateway = true
    listener.hear(saying)
  }
}
