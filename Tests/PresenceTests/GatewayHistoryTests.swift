import Presence
import Testing

/// Histories of gateways, what they carry, sleeps and moves: whatever is said in whatever order, nobody is present
/// whose gateway is away, who is asleep is counted once, and a restart changes nothing.
@Suite struct GatewayHistoryTests {
  private static let hubs = ["hub-0", "hub-1", "hub-2"]
  private static let devices = (0..<12).map { "device-\($0)" }
  private static let rooms = ["lab", "hall", "yard"]

  /// What the test itself remembers: who was last tied to whom, and who is away by its own word.
  private struct Ties {
    var gateway: [String: String] = [:]
  }

  @Test(arguments: 0..<24)
  func `nobody is where its gateway is not`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var stage = Stage()
    var ties = Ties()
    for hub in Self.hubs { stage.online(hub, timeout: .zero) }
    for _ in 0..<250 {
      step(&stage, &ties, &random)
      if Int.random(in: 0..<40, using: &random) == 0 {
        try stage.restart()
        stage.reconnect(brokerRestarted: false)
      }
      stage.tick()
      check(&stage, ties, seed)
    }
  }

  private func step(_ stage: inout Stage, _ ties: inout Ties, _ random: inout SplitMix64) {
    let device = Self.devices.randomElement(using: &random) ?? ""
    let hub = Self.hubs.randomElement(using: &random) ?? ""
    let room = Self.rooms.randomElement(using: &random) ?? ""
    switch Int.random(in: 0..<11, using: &random) {
    case 0: stage.online(hub, timeout: .zero)
    case 1: stage.offline(hub)
    case 2: stage.pass(.milliseconds(Int.random(in: 1...2_000, using: &random)))
    case 3: stage.online(device, rooms: [room], timeout: .zero)
    case 4: stage.offline(device)
    case 5: stage.beat(device)
    case 6:
      if stage.engine.standing(device) != nil {
        stage.carry(device, by: hub, returnsAlone: Bool.random(using: &random))
        if stage.engine.standing(hub) != nil { ties.gateway[device] = hub }
      }
    case 7: stage.sleep(device)
    case 8: stage.join(device, room)
    case 9: stage.beat(hub)
    default: stage.catchUp()
    }
  }

  private func check(_ stage: inout Stage, _ ties: Ties, _ seed: UInt64) {
    for (device, hub) in ties.gateway.sorted(by: { $0.key < $1.key }) {
      let isThere = stage.engine.standing(device)?.isPresent ?? false
      let isUp = stage.engine.standing(hub)?.isPresent ?? true
      #expect(isUp || !isThere, "seed \(seed): \(device) is present and \(hub) is not")
    }
    for room in Self.rooms {
      let members = stage.members(room)
      #expect(stage.figures(room)[0] == members.count, "seed \(seed)")
      let asleep = members.filter { stage.isAsleep($0) }.count
      #expect(stage.asleep(room) == asleep, "seed \(seed): asleep in \(room)")
    }
  }
}

extension Stage {
  fileprivate mutating func sleep(_ client: String) {
    var birth = Birth(timeout: .zero)
    birth.isAsleep = true
    say(client, nil, .online(birth))
  }

  fileprivate func isAsleep(_ client: String) -> Bool {
    var copy = engine
    for room in ["lab", "hall", "yard"] {
      guard let index = find(room) else { continue }
      for member in copy.firstNames(of: index).members {
        let it = engine.member(member)
        if name(it.client) == client { return engine.isAsleep(it.client) }
      }
    }
    return false
  }
}

extension Engine {
  fileprivate func standing(_ client: String) -> (epoch: Int64?, isPresent: Bool)? {
    Array(client.utf8).withUnsafeBytes { standing(of: Who(client: $0)) }
  }
}
