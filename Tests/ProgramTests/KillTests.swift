import Foundation
import MQTT
import TestSupport
import Testing

/// Behaviour 10 under kill -9: joins and leaves that are said once, while the bridge dies at any moment.
/// `ROLLCALL_KILLS=300 swift test --filter KillTests` kills it more often than a usual run does.
@Suite(.serialized)
struct KillTests {
  /// What devices have said, and who must be there when all of it was taken in.
  private struct Load {
    /// So that each run kills at other moments of the same story.
    var generator = SplitMix64(state: 7)
    var present: Set<String> = []

    /// The next word: mostly somebody new, sometimes somebody leaves.
    mutating func next(_ number: Int) -> (topic: String, word: String) {
      if let leaving = present.sorted().first, generator.next() % 3 == 0 {
        present.remove(leaving)
        return ("presence/clients/\(leaving)/rooms/lab", "leave")
      }
      let name = "c\(10_000 + number)"
      present.insert(name)
      return ("presence/clients/\(name)/rooms/lab", "join")
    }
  }

  private static let kills =
    ProcessInfo.processInfo.environment["ROLLCALL_KILLS"].flatMap { Int($0) } ?? 12

  @Test(
    "Words that are said once are not lost, however often the bridge is killed",
    arguments: [ProtocolVersion.v5, .v311])
  func kills(version: ProtocolVersion) throws {
    // As in broker-config: what is redelivered after each kill must fit.
    let site = try Site(version, ["members_limit": "100000", "max_snapshot": "8MiB"]) {
      $0.extraLines.append("max_queued_messages 0")
    }
    let sender = try site.device("sender")
    let connection = try #require(sender.client.connection)
    var load = Load()
    var number = 0
    for round in 0..<Self.kills {
      let before = sender.client.acknowledged.count
      for _ in 0..<150 {
        let (topic, word) = load.next(number)
        try connection.publish(topic, Array(word.utf8), qos: .atLeastOnce, retain: false)
        number += 1
      }
      let some = before + (round * 37) % 150
      try sender.client.wait(for: "some") { $0.acknowledged.count >= some }
      if round % 3 == 2 { try site.run(for: .milliseconds(round * 5)) }
      try site.bridge.kill()
      try site.bridge.start()
      try sender.client.wait(for: "all") { $0.acknowledged.count == number }
      if round % 4 != 0 { try site.waitUntilLive() }
    }
    try site.waitUntilLive()
    try site.wait(for: "\(load.present.count) members") {
      site.observer.count("lab") == load.present.count
    }
    try site.flush()
    #expect(try site.observer.clients("lab") == load.present.sorted())
    // The events that arrived never name a revision twice.
    let revisions = try site.observer.events("lab").map(\.revision)
    #expect(zip(revisions, revisions.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("With durability power, too")
  func power() throws {
    let site = try Site(.v5, ["durability": "power"])
    try site.device("pump").join("lab")
    try site.wait("lab", holds: "pump")
    try site.bridge.kill()
    try site.bridge.start()
    try site.wait(forStats: "its member") { $0.presences == 1 }
    try site.waitUntilLive()
  }
}
