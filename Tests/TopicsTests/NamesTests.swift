import Testing
import Topics

@Suite struct NamesTests {
  @Test(
    arguments: [
      ("lab", nil), ("a/b/c", nil), ("é", nil), ("a/$b", nil), ("", .emptyLevel),
      ("/", .emptyLevel),
      ("a//b", .emptyLevel), ("/a", .emptyLevel), ("a/", .emptyLevel), ("$a", .dollarFirst),
      ("a/rooms/b", .reservedLevel), ("status", .reservedLevel), ("a/heartbeat", .reservedLevel),
      ("a+b", .wildcard), ("#", .wildcard), ("a\u{7f}", .controlCharacter),
      ("a\u{90}", .controlCharacter),
    ] as [(String, TopicProblem?)])
  func `a room is judged`(room: String, problem: TopicProblem?) {
    #expect(Names.problem(ofRoom: room.utf8) == problem)
  }

  @Test(
    arguments: [
      ("lab", nil), ("status", nil), ("$a", nil), ("", .emptyLevel), ("a/b", .slashInLevel),
      ("a#", .wildcard), ("\t", .controlCharacter),
    ] as [(String, TopicProblem?)])
  func `a level is judged`(level: String, problem: TopicProblem?) {
    #expect(Names.problem(ofLevel: level.utf8) == problem)
  }

  @Test(
    arguments: [
      ("presence", nil), ("a/b", nil), ("status/rooms", nil), ("", .emptyLevel),
      ("a/", .emptyLevel),
      ("/a", .emptyLevel), ("$SYS", .dollarFirst), ("a/+", .wildcard), ("a\0", .controlCharacter),
    ] as [(String, TopicProblem?)])
  func `a root is judged`(root: String, problem: TopicProblem?) {
    #expect(Names.problem(ofRoot: root.utf8) == problem)
  }

  @Test func `a level has up to 128 bytes, a room up to 256`() {
    let level = [UInt8](repeating: 0x78, count: 128)
    #expect(Names.problem(ofLevel: level) == nil)
    #expect(Names.problem(ofLevel: level + [0x78]) == .levelTooLong)
    let room = level + [0x2f] + level.dropLast()
    #expect(room.count == 256)
    #expect(Names.problem(ofRoom: room) == nil)
    #expect(Names.problem(ofRoom: room + [0x78]) == .roomTooLong)
    #expect(Names.problem(ofRoom: level + [0x78]) == .levelTooLong)
  }

  /// Words of eight bytes are judged at once: each byte that ends up in one, and each left over, is judged alike.
  @Test(arguments: [1, 7, 8, 9, 16, 20])
  func `each ASCII byte is judged alike wherever it stands`(length: Int) {
    for position in 0..<length {
      for byte in UInt8.min..<0x80 {
        var level = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        level[position] = byte
        let expected: TopicProblem? =
          switch byte {
          case UInt8(ascii: "/"): .slashInLevel
          case UInt8(ascii: "+"), UInt8(ascii: "#"): .wildcard
          case ..<0x20, 0x7f: .controlCharacter
          default: nil
          }
        #expect(Names.problem(ofLevel: level) == expected, "byte \(byte) at \(position)")
      }
    }
  }

  @Test(arguments: [0, 5, 7, 8, 14])
  func `what is not UTF-8 is found wherever it stands`(position: Int) {
    var level = [UInt8](repeating: UInt8(ascii: "x"), count: 17)
    level[position] = 0xff
    #expect(Names.problem(ofLevel: level) == .notUTF8)
    level.replaceSubrange(position...position + 1, with: [0xc3, 0xa9])
    #expect(Names.problem(ofLevel: level) == nil)
  }

  @Test func `bytes are counted, not characters`() {
    let owls = String(repeating: "🦉", count: 32)
    #expect(Names.problem(ofLevel: owls.utf8) == nil)
    #expect(Names.problem(ofLevel: (owls + "x").utf8) == .levelTooLong)
  }

  @Test func `every problem has its own words`() {
    let words = Set(TopicProblem.allCases.map(\.words))
    #expect(words.count == TopicProblem.allCases.count)
    #expect(!words.contains(""))
  }
}

@Suite struct TopicNamesTests {
  private let names = TopicNames(root: "a/b")

  @Test func `filters cover clients with and without a user`() {
    #expect(names.statusFilters == ["a/b/clients/+/status", "a/b/users/+/clients/+/status"])
    #expect(
      names.heartbeatFilters == ["a/b/clients/+/heartbeat", "a/b/users/+/clients/+/heartbeat"])
    #expect(names.roomFilters == ["a/b/clients/+/rooms/#", "a/b/users/+/clients/+/rooms/#"])
    #expect(names.statusReplayFilters == ["a/b/+/+/status", "a/b/+/+/+/+/status"])
    #expect(names.occupancyFilter == "a/b/occupancy/#")
    #expect(names.countFilter == "a/b/count/#")
    #expect(names.eventsFilter == "a/b/events/#")
  }

  @Test func `what is published is read back as what it is`() {
    let room = borrowed("lab/north")
    #expect(described(names.occupancy(room), root: "a/b") == "occupancy: lab/north")
    #expect(described(names.count(room), root: "a/b") == "count: lab/north")
    #expect(text(names.events(room)) == "a/b/events/lab/north")
    #expect(described(names.fence, root: "a/b") == "fence")
    #expect(described(names.stats, root: "a/b") == "stats")
    #expect(described(names.bridgeStatus, root: "a/b") == "bridge status")
    #expect(described(names.brokerUptime, root: "a/b") == "uptime")
    #expect(described(names.brokerDropped, root: "a/b") == "dropped")
  }
}
