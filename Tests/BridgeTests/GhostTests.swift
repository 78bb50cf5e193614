import Presence
import Testing

@testable import Bridge

@Suite struct GhostTests {
  @Test
  func `sixty thousand members that only a retained snapshot knew are all named as forgotten`() {
    let now = Now(instant: Instant(nanoseconds: 1_000_000_000), wall: 1_700_000_000_000)
    var engine = Engine(rules: Rules())
    engine.connected(at: now)
    Array("a".utf8).withUnsafeBytes { client in
      Array("lab".utf8).withUnsafeBytes { room in
        engine.room(Who(client: client), room, .join(data: nil), at: now)
      }
    }
    engine.adopt(
      0, revision: 1, members: (0..<60_000).map { (nil, Array("ghost-\($0)".utf8), 0) })
    let announcement = engine.announce(0)
    let encoder = RoomEncoder(now: now) { _ in .max }
    let (events, _) = encoder.events(announcement, topic: [], engine: &engine)
    #expect(announcement.ghosts.count == 60_000)
    // 500 names an event, and one who joined.
    #expect(events.count == 121)
  }
}
