import Testing
import Topics

@testable import Dialects

@Suite struct OwnTracksPhoneTests {
  @Test(arguments: [
    ("Home", "Home"), ("Home/Garden", "Home%2FGarden"), ("50%", "50%25"), ("a+b#", "a%2Bb%23"),
    ("$SYS", "%24SYS"), ("a$", "a$"), ("Café", "Café"), ("two words", "two words"),
    ("Home|1|2", "Home"), ("Home|-1|0", "Home"), ("Home|1", "Home|1"), ("Home|1|3", "Home|1|3"),
    ("a|b|1|2", "a|b"), ("Home|1|2|", "Home|1|2|"), ("\u{1}", "%01"),
  ])
  func `a region is one level of a room`(region: String, room: String) {
    let made = OwnTracksRegion.room(Array(region.utf8))
    #expect(made.map { String(decoding: $0, as: UTF8.self) } == room)
  }

  @Test(arguments: ["", "+follow", "+60follow", "|1|2", "status", "rooms", "heartbeat"])
  func `what is no place is no room`(region: String) {
    #expect(OwnTracksRegion.room(Array(region.utf8)) == nil)
  }

  @Test func `a region with a name that is too long is no room`() {
    #expect(OwnTracksRegion.room([UInt8](repeating: 0x61, count: 128)) != nil)
    #expect(OwnTracksRegion.room([UInt8](repeating: 0x61, count: 129)) == nil)
    #expect(OwnTracksRegion.room([UInt8](repeating: 0x2f, count: 43)) == nil)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `whatever a region is called, its room is allowed`(seed: UInt64) {
    var random = Seeded(seed: seed)
    var made = 0
    for _ in 0..<2000 {
      guard let room = OwnTracksRegion.room(Noise.mutated("Home/$|1|2", &random)) else { continue }
      #expect(Names.problem(ofRoom: room) == nil)
      #expect(!room.contains(UInt8(ascii: "/")))
      made += 1
    }
    #expect(made > 100)
  }

  @Test func `no more regions are remembered than the limit, and what is forgotten stays stale`() {
    var phone = OwnTracksPhone()
    for number in 0...UInt8(OwnTracksPhone.maxRegions) {
      let isNews = phone.moves([number], at: 1000 + Int64(number))
      #expect(isNews)
    }
    let forgotten = phone.moves([0], at: 999)
    #expect(!forgotten)
    let same = phone.moves([0], at: 1000)
    #expect(same)
  }

  @Test func `the greatest will is remembered`() {
    var phone = OwnTracksPhone()
    #expect(phone.lastWill == nil)
    for will in [5, 9, 7] as [Int64] { phone.die(will) }
    #expect(phone.lastWill == 9)
  }
}
