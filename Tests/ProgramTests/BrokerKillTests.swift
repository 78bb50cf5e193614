import Foundation
import MQTT
import TestSupport
import Testing

/// Behaviour 9 under kill -9 of the broker, at any moment and again and again: devices come back and say what
/// is true of them, and that is what the retained topics show.
/// `ROLLCALL_KILLS=100 swift test --filter BrokerKillTests` kills it more often than a usual run does.
@Suite(.serialized)
struct BrokerKillTests {
  private static let kills =
    ProcessInfo.processInfo.environment["ROLLCALL_KILLS"].flatMap { Int($0) } ?? 4
  private static let rooms = ["lab", "hall", "yard"]

  @Test(
    "However often the broker is killed, the topics end on what the devices say",
    arguments: [true, false])
  func kills(persistence: Bool) throws {
    let site = try Site(.v5, ["reconnect_max": "250ms"]) { $0.persistence = persistence }
    for number in 0..<12 {
      let device = Device(site.broker, "c\(100 + number)") { $0.keepAlive = .seconds(60) }
      move(device, to: number)
      site.adopt(device)
      site.faithful.append(device)
    }
    try waitForTruth(site, connections: 1)
    for round in 0..<Self.kills {
      // Half of them are on the move while the broker dies.
      for (number, device) in site.faithful.enumerated() where number % 2 == round % 2 {
        move(device, to: number + round)
        _ = try? device.say(device.birth)
      }
      try site.run(for: .milliseconds((round * 37) % 60))
      try site.broker.kill()
      try site.broker.start()
      try site.observer.connect()
      try waitForTruth(site, connections: 2 + round)
    }
    try site.wait(for: "the truth on the retained topics") { try areRetainedTrue(site) }
  }

  private func move(_ device: Device, to room: Int) {
    device.birth = #"{"state":"online","rooms":["\#(Self.rooms[room % 3])"]}"#
  }

  private func waitForTruth(_ site: Site, connections: Int) throws {
    try site.wait(for: "the truth", limit: .seconds(30)) {
      try site.faithful.allSatisfy(\.isBorn)
        && site.bridge.log.components(separatedBy: "live on").count > connections
        && Self.rooms.allSatisfy { try site.observer.clients($0) == expected(site, $0) }
    }
  }

  private func expected(_ site: Site, _ room: String) -> [String] {
    site.faithful.filter { $0.birth.contains("\"\(room)\"") }.map(\.name).sorted()
  }

  private func areRetainedTrue(_ site: Site) throws -> Bool {
    let retained = try site.retained()
    return try Self.rooms.allSatisfy { room in
      let snapshot = try retained["occupancy/\(room)"]?.json(Snapshot.self)
      return retained["count/\(room)"]?.text == "\(expected(site, room).count)"
        && snapshot?.members.map(\.client) == expected(site, room)
    }
  }
}
