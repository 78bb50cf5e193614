import Foundation
import MQTT
import TestSupport
import Testing

/// Behaviour 7 when ten thousand clients come back within a second.
@Suite(.serialized)
struct StormTests {
  private static let births = 10_000
  private static let rooms = 4
  private static let interval = Duration.milliseconds(200)

  @Test("Ten thousand clients that come back in a second are all there, in few publishes a room")
  func storm() throws {
    let site = try Site(.v5, ["publish_interval": "200ms", "members_limit": "10"])
    let begin = ContinuousClock.now
    try sayBirths(site)
    let sent = ContinuousClock.now - begin
    try site.wait(for: "10,000 members", limit: .seconds(30)) {
      (0..<Self.rooms).allSatisfy {
        site.observer.count("r\($0)") == Self.births / Self.rooms
      }
    }
    let taken = ContinuousClock.now - begin
    var publishes: [Int] = []
    for room in 0..<Self.rooms {
      publishes.append(try checkRate(site, "r\(room)"))
      let added = try site.observer.events("r\(room)").flatMap(\.added).map(\.client)
      #expect(added.count == Self.births / Self.rooms && Set(added).count == added.count)
    }
    try site.expectNobodyRemoved()
    print("\(Self.births) births acknowledged in \(sent), published in \(taken): \(publishes)")
  }

  /// As fast as one a tenth of a millisecond, for as long as it takes until all are acknowledged.
  private func sayBirths(_ site: Site) throws {
    let sender = try site.device("sender")
    let connection = try #require(sender.client.connection)
    let begin = ContinuousClock.now
    var number = 0
    try site.wait(for: "all births", limit: .seconds(30)) {
      let due = min(Self.births, Int((ContinuousClock.now - begin) / .microseconds(100)))
      while number < due {
        let birth = #"{"state":"online","rooms":["r\#(number % Self.rooms)"]}"#
        try connection.publish(
          "presence/clients/c\(number)/status", Array(birth.utf8), qos: .atLeastOnce, retain: true)
        number += 1
      }
      return sender.client.acknowledged.count == Self.births
    }
  }

  /// No two publishes of a room are less than the interval apart, by the bridge's own clock: it fills once, so
  /// none but the first is an edge. Returns how many there were.
  private func checkRate(_ site: Site, _ room: String) throws -> Int {
    // The events of one change share their time.
    let times = try Set(site.observer.events(room).map(\.at)).sorted().map(date)
    for (earlier, later) in zip(times, times.dropFirst()) {
      // Both are cut to the millisecond.
      #expect(later.timeIntervalSince(earlier) > 0.1985, "\(room): \(earlier) \(later)")
    }
    #expect(site.observer.messages("count/\(room)").count == times.count)
    return times.count
  }
}
