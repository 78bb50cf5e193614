import MQTT

/// One simulated client and its connection: does as it is told, and reports what becomes of it.
final class FleetMember: ConnectionDelegate {
  enum Stage: Equatable {
    case away
    case connecting
    case online
    /// The connection is open, and nobody looks at it.
    case hung
    /// It has said goodbye with the message of this packet identifier.
    case parting(Int32)
    /// The broker has that goodbye; only the DISCONNECT is missing.
    case parted
  }

  let number: Int
  private(set) var stage = Stage.away
  /// Whether a retained status of it may stand at the broker: a birth, or the will.
  private(set) var leavesTrace = false
  /// What the fleet's ready set was last told.
  var watch: ReadySet.Watch?
  /// Since then the socket is settled: before the CONNACK it may change without notice.
  var isSettled: Bool { stage != .connecting }

  private(set) var connection: Connection?
  private unowned let fleet: SimulatedFleet
  private var epoch: Int64 = 0
  /// The fleet is going: connect without a will, only to clear what was left.
  private var isReturningToPart = false

  init(number: Int, fleet: SimulatedFleet) {
    self.number = number
    self.fleet = fleet
  }

  /// Connects afresh; what was left of an earlier connection is closed first.
  func connect(_ template: ConnectionOptions, epochAtLeast: Int64) throws(MQTTError) {
    drop()
    epoch = max(epoch + 1, epochAtLeast)
    var options = template
    options.clientID = fleet.names.client(number)
    options.will = isReturningToPart ? nil : will
    let connection = try Connection(options, delegate: self)
    try connection.connect()
    self.connection = connection
    stage = .connecting
  }

  func beat() throws(MQTTError) {
    try connection?.publish(fleet.names.heartbeat(number), [], qos: .atMostOnce, retain: false)
  }

  func say(_ payload: [UInt8], in room: Int) throws(MQTTError) {
    let topic = fleet.names.room(room, of: number)
    try connection?.publish(topic, payload, qos: .atLeastOnce, retain: false)
  }

  /// Closes the connection without a DISCONNECT.
  func drop() {
    connection = nil
    watch = nil
    stage = .away
  }

  func hang() { stage = .hung }

  /// Clears its status, and disconnects once the broker has that; connects for it if need be.
  func part(_ template: ConnectionOptions) throws(MQTTError) {
    isReturningToPart = true
    if stage == .online { return try sayGoodbye() }
    try connect(template, epochAtLeast: epoch)
  }

  /// Ends the connection as it should be.
  func disconnect() {
    try? connection?.disconnect()
    try? connection?.write()
    drop()
  }

  private var will: Will {
    Will(
      topic: fleet.names.status(number), payload: FleetPayloads.offline(epoch: epoch),
      qos: .atLeastOnce, retain: true)
  }

  private func sayHello() throws(MQTTError) {
    stage = .online
    leavesTrace = true
    let rooms = fleet.rooms(of: number)
    let payload = FleetPayloads.online(rooms: rooms, epoch: epoch, timeout: fleet.plan.timeout)
    try connection?.publish(
      fleet.names.status(number), payload, qos: .atLeastOnce, retain: true)
    fleet.memberCameOnline(self)
  }

  private func sayGoodbye() throws(MQTTError) {
    let topic = fleet.names.status(number)
    let id = try connection?.publish(topic, [], qos: .atLeastOnce, retain: true)
    stage = .parting(id ?? 0)
  }

  func connection(_ connection: Connection, didConnect result: ConnectResult) {
    guard connection === self.connection, result.reasonCode == 0 else { return }
    do throws(MQTTError) {
      if isReturningToPart { try sayGoodbye() } else { try sayHello() }
    } catch {
      fleet.note(error)
    }
  }

  func connection(_ connection: Connection, didReceive message: Message) {}

  func connection(_ connection: Connection, didAcknowledge id: Int32, reasonCode: Int32) {
    guard connection === self.connection, stage == .parting(id) else { return }
    leavesTrace = false
    stage = .parted
  }

  func connection(_ connection: Connection, didDisconnect reasonCode: Int32, byBroker: Bool) {
    guard connection === self.connection, stage != .parted else { return }
    stage = .away
    watch = nil
    fleet.memberWentAway(self, because: connection.failure)
  }
}
