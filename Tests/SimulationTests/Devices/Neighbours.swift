import Bridge
import Dialects
import Presence

/// Other systems whose clients the bridge counts: Zigbee2MQTT, the gateway of its lamps, and plugs that beat, of
/// which some sleep. One lamp and one native device have a room by hand.
final class Neighbours {
  private static let lamps = 3
  private static let plugs = ["up", "down", "nap"]

  private unowned let world: World
  private var random: SplitMix64
  private var isGatewayUp = false
  private var lamps = [Bool](repeating: false, count: Neighbours.lamps)
  private var plugs = [String](repeating: "down", count: 3)
  private var isQuiet = false

  init(_ world: World) {
    self.world = world
    random = SplitMix64(seed: world.seed ^ 0x4E16_4B02)
  }

  static func configure(_ configuration: inout Configuration) {
    let lamps = Source(name: "zigbee2mqtt", namespace: "zigbee2mqtt")
    var plugs = Source(name: "plugs", namespace: "plugs")
    plugs.isCustom = true
    plugs.custom.status = "plugs/{client}/state"
    plugs.custom.heartbeat = "plugs/{client}/beat"
    (plugs.custom.online, plugs.custom.offline, plugs.custom.sleeping) = (["up"], ["down"], ["nap"])
    plugs.timeout = .seconds(6)
    configuration.sources = [lamps, plugs]
    configuration.assignments = [
      Assignment(client: "zigbee2mqtt:lamp0", rooms: ["byhand"], line: 1),
      Assignment(client: "d0", rooms: ["desk"], line: 2),
    ]
  }

  func start() {
    guard world.adversity.hasNeighbours else { return }
    act()
    beat()
  }

  private func act() {
    world.agenda.after(random.duration(100...4_000)) { [self] in
      if isQuiet { return }
      change()
      act()
    }
  }

  private func change() {
    switch random.below(8) {
    case 0:
      isGatewayUp.toggle()
      sayGateway()
      // It knows its lamps anew.
      if isGatewayUp { for lamp in lamps.indices { say(lamp: lamp) } }
    case 1, 2, 3:
      let lamp = random.below(Self.lamps)
      lamps[lamp].toggle()
      if isGatewayUp { say(lamp: lamp) }
    default:
      let plug = random.below(plugs.count)
      plugs[plug] = random.pick(Self.plugs)
      say(plug: plug)
    }
  }

  private func beat() {
    world.agenda.after(.milliseconds(1_500)) { [self] in
      for plug in plugs.indices where plugs[plug] == "up" {
        say("plugs/p\(plug)/beat", "", isRetained: false)
      }
      beat()
    }
  }

  /// Once all is calm, each says once more how it is: what a broker forgot, it is told.
  func fallQuiet() {
    isQuiet = true
    guard world.adversity.hasNeighbours else { return }
    world.agenda.after(.seconds(33) + (world.adversity.troubles.isEmpty ? .zero : Trouble.mending))
    {
      [self] in
      sayGateway()
      if isGatewayUp { for lamp in lamps.indices { say(lamp: lamp) } }
      for plug in plugs.indices { say(plug: plug) }
    }
  }

  private func sayGateway() {
    say("zigbee2mqtt/bridge/state", "{\"state\":\"\(isGatewayUp ? "online" : "offline")\"}")
  }

  private func say(lamp: Int) {
    say(
      "zigbee2mqtt/lamp\(lamp)/availability",
      "{\"state\":\"\(lamps[lamp] ? "online" : "offline")\"}")
  }

  private func say(plug: Int) { say("plugs/p\(plug)/state", plugs[plug]) }

  private func say(_ topic: String, _ payload: String, isRetained: Bool = true) {
    guard world.broker.isUp else { return }
    let message = Message(
      topic, Array(payload.utf8), isAcknowledged: isRetained, isRetained: isRetained)
    world.broker.take { [self] in
      world.note("\(message)")
      world.broker.publish(message)
    }
  }

  /// Where each client has to be in the end, and whether.
  var places: [(client: String, room: String, isThere: Bool)] {
    guard world.adversity.hasNeighbours else { return [] }
    let ofLamps = lamps.indices.map {
      ("zigbee2mqtt:lamp\($0)", $0 == 0 ? "byhand" : "zigbee2mqtt", isGatewayUp && lamps[$0])
    }
    let ofPlugs = plugs.indices.map { ("plugs:p\($0)", "plugs", plugs[$0] != "down") }
    return ofLamps + ofPlugs
  }
}
