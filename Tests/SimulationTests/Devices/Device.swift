import Presence

/// An honest device: it knows where it is, says so once at QoS 1, repeats what was not acknowledged, beats, and
/// begins every connection with a birth.
final class Device {
  struct Habits {
    var user: String?
    /// Births name the rooms; else only joins and leaves do.
    var namesRooms: Bool
    var hasEpoch: Bool
    var hasData: Bool
    /// `nil`: the default; zero: the will alone.
    var timeout: Duration?
    /// `nil`: it relies on its will.
    var beat: Duration?
    var beatsRetained: Bool
    var joinsRetained: Bool
    var keepsSession: Bool
    var changesID: Bool
    var keepAlive: Duration
    var births = Delivery.usual
    var wills = Delivery.usual
  }

  /// How a status is said.
  struct Delivery {
    var isAcknowledged: Bool
    var isRetained: Bool

    static let usual = Delivery(isAcknowledged: true, isRetained: true)
  }

  unowned let world: World
  let number: Int
  let name: String
  let habits: Habits
  private(set) var isUp = false
  private(set) var rooms: [Int] = []
  private(set) var connection: DeviceConnection?
  private var epoch: Int64
  private var unacknowledged: [(number: Int, message: Message)] = []
  private var sent = 0
  private var life = 0

  init(_ world: World, _ number: Int, _ habits: Habits) {
    self.world = world
    self.number = number
    self.habits = habits
    name = "d\(number)"
    epoch = Int64(world.random.below(5))
  }

  var topic: String {
    habits.user.map { "presence/users/\($0)/clients/\(name)" } ?? "presence/clients/\(name)"
  }

  private var wordEpoch: Int64 { habits.hasEpoch ? epoch : -1 }

  func connect() {
    guard world.broker.isUp else {
      life += 1
      let life = life
      isUp = true
      world.agenda.after(world.random.duration(50...1_500)) { [self] in
        if self.life == life, isUp { connect() }
      }
      return
    }
    isUp = true
    life += 1
    epoch += 1
    let old = connection
    let new = DeviceConnection(world, self, will: offline())
    connection = new
    new.connect(replacing: habits.changesID ? nil : old, keepsSession: habits.keepsSession)
    let pending = unacknowledged
    unacknowledged = []
    sayBirth()
    // What was said after that, or was never acknowledged, comes again, in its order.
    for (_, message) in pending {
      if case .birth = message.word?.kind { continue }
      if case .death = message.word?.kind { continue }
      if case .forget = message.word?.kind { continue }
      say(message)
    }
    beat(life: life)
  }

  func lostConnection() {
    guard isUp else { return }
    life += 1
    let life = life
    world.agenda.after(world.random.duration(20...1_500)) { [self] in
      if self.life == life, isUp { connect() }
    }
  }

  /// Every beat, until the next connection or the end.
  private func beat(life: Int) {
    guard let interval = habits.beat else { return }
    world.agenda.after(interval * (0.8 + 0.2 * world.random.fraction())) { [self] in
      guard self.life == life, isUp else { return }
      sayBeat()
      beat(life: life)
    }
  }

  func say(_ message: Message) {
    var number: Int?
    if message.isAcknowledged {
      sent += 1
      number = sent
      unacknowledged.append((sent, message))
    }
    connection?.send(message, number: number)
  }

  func acknowledged(_ number: Int) { unacknowledged.removeAll { $0.number == number } }

  func vanish() {
    guard isUp else { return }
    world.note("\(name) vanishes")
    isUp = false
    life += 1
    let limit = Int(habits.keepAlive.milliseconds) * 3 / 2
    let half = world.random.chance(0.5)
    connection?.vanish(noticedAfter: half ? world.random.duration(0...limit) : .zero)
    unacknowledged = []
    // A device that has forgotten what it said knows where it is by what it said last.
  }

  /// The network between it and the broker fails for a moment.
  func blink() {
    guard isUp, let connection, connection.carries else { return }
    world.note("\(name) blinks")
    let limit = Int(habits.keepAlive.milliseconds) * 3 / 2
    connection.vanish(noticedAfter: world.random.duration(0...limit))
    lostConnection()
  }

  func leavePolitely(forgetting: Bool) {
    guard isUp else { return }
    say(forgetting ? forget() : offline())
    if forgetting { rooms = [] }
    isUp = false
    life += 1
    connection?.disconnect()
    unacknowledged = []
  }

  func change(_ room: Int) {
    guard isUp else { return }
    let isIn = rooms.contains(room)
    if isIn { rooms.removeAll { $0 == room } } else { rooms.append(room) }
    say(roomMessage(room, joins: !isIn))
  }

  func repeatSomething() {
    guard isUp else { return }
    if world.random.chance(0.5) { return sayBirth() }
    if let room = rooms.first { say(roomMessage(room, joins: true)) }
  }
}

/// What it says, in the contract's words.
extension Device {
  func sayBirth() {
    let names = habits.namesRooms ? rooms : nil
    say(
      Message(
        "\(topic)/status", birthPayload(), isAcknowledged: habits.births.isAcknowledged,
        isRetained: habits.births.isRetained,
        word: Word(client: number, kind: .birth(rooms: names), epoch: wordEpoch)))
  }

  private func birthPayload() -> [UInt8] {
    var members = ["\"state\":\"online\""]
    if habits.namesRooms {
      let names = rooms.map { "\"\(world.plan.rooms[$0])\"" }
      members.append("\"rooms\":[\(names.joined(separator: ","))]")
    }
    if habits.hasEpoch { members.append("\"epoch\":\(epoch)") }
    if let timeout = habits.timeout {
      members.append("\"timeout\":\(Double(timeout.milliseconds) / 1000)")
    }
    if habits.hasData { members.append("\"data\":{\"n\":\(world.random.below(3))}") }
    return Array((members.count == 1 ? "online" : "{\(members.joined(separator: ","))}").utf8)
  }

  private func offline() -> Message {
    let payload = habits.hasEpoch ? "{\"state\":\"offline\",\"epoch\":\(epoch)}" : "offline"
    return Message(
      "\(topic)/status", Array(payload.utf8), isAcknowledged: habits.wills.isAcknowledged,
      isRetained: habits.wills.isRetained,
      word: Word(client: number, kind: .death, epoch: wordEpoch))
  }

  private func forget() -> Message {
    Message(
      "\(topic)/status", [], isAcknowledged: true, isRetained: true,
      word: Word(client: number, kind: .forget))
  }

  private func roomMessage(_ room: Int, joins: Bool) -> Message {
    Message(
      "\(topic)/rooms/\(world.plan.rooms[room])", Array((joins ? "join" : "leave").utf8),
      isAcknowledged: true, isRetained: habits.joinsRetained,
      word: Word(client: number, kind: joins ? .join(room) : .leave(room)))
  }

  private func sayBeat() {
    let carriesEpoch = habits.hasEpoch && world.random.chance(0.3)
    let payload = carriesEpoch ? Array("{\"epoch\":\(epoch)}".utf8) : []
    let word = Word(client: number, kind: .beat, epoch: carriesEpoch ? epoch : -1)
    // A retained message needs a payload to stay.
    let kept = habits.beatsRetained && payload.isEmpty ? Array("beat".utf8) : payload
    say(
      Message(
        "\(topic)/heartbeat", kept, isAcknowledged: false, isRetained: habits.beatsRetained,
        word: word))
  }
}
