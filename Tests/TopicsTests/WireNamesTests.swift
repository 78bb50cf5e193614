import CMosquitto
import Foundation
import Testing
import Topics

/// Names against libmosquitto's own functions: a name is allowed where the library takes it and the contract's
/// stricter rules do, and nowhere else.
@Suite struct WireNamesTests {
  /// `NAMES_TO_TRY=5000000 swift test --filter WireNamesTests` takes its time.
  private static let count =
    ProcessInfo.processInfo.environment["NAMES_TO_TRY"].flatMap { Int($0) } ?? 100_000

  @Test func `a name is allowed where libmosquitto takes it and the contract does`() {
    var random = Seeded(seed: 20_041)
    var allowed = 0
    for number in 0..<Self.count {
      let name = WireName.random(&random)
      let isWired = WireName.isTaken(name)
      let found = name.withUnsafeBytes { bytes in
        [
          (Names.problem(ofLevel: bytes), WireName.isLevel(name)),
          (Names.problem(ofRoom: bytes), WireName.isRoom(name)),
          (Names.problem(ofRoot: bytes), WireName.isRoot(name)),
        ]
      }
      for (problem, isOfContract) in found where (problem == nil) != (isWired && isOfContract) {
        Issue.record("name \(number): \(name) has the problem \(String(describing: problem))")
      }
      if found[1].0 == nil { allowed += 1 }
    }
    #expect(allowed > Self.count / 10)
    #expect(allowed < Self.count * 9 / 10)
  }

  @Test func `a topic is read where its names are allowed`() {
    var random = Seeded(seed: 3_116)
    for number in 0..<Self.count / 10 {
      let name = WireName.random(&random)
      let isLevel = Names.problem(ofLevel: name) == nil
      let isRoom = Names.problem(ofRoom: name) == nil
      func reads(_ start: String, _ end: String, as word: String) -> Bool {
        // By bytes: a mark at a name's start would combine with the blank before it.
        described(Array(start.utf8) + name + Array(end.utf8)).utf8.starts(with: word.utf8)
      }
      let room = reads("presence/clients/c/rooms/", "", as: "room - c: ")
      #expect(room == isRoom, "name \(number): \(name)")
      #expect(reads("presence/count/", "", as: "count: ") == isRoom, "name \(number): \(name)")
      if name.contains(UInt8(ascii: "/")) { continue }
      let levels = [
        reads("presence/clients/", "/heartbeat", as: "heartbeat - "),
        reads("presence/clients/", "/status", as: "status - "),
        reads("presence/users/", "/clients/c/heartbeat", as: "heartbeat "),
        reads("presence/users/u/clients/", "/rooms/lab", as: "room u "),
      ]
      #expect(levels.allSatisfy { $0 == isLevel }, "name \(number): \(name)")
    }
  }

  @Test func `a character is allowed where libmosquitto takes it`() {
    let step: UInt32 = Self.count > 1_000_000 ? 1 : 61
    for value in 0...0x10ffff as ClosedRange<UInt32>
    where value < 0x3000 || value & 0xffff > 0xfd00 || value % step == 0 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let name = Array(String(Character(scalar)).utf8)
      if (Names.problem(ofLevel: name) == nil) != (WireName.isTaken(name) && scalar != "/") {
        Issue.record("U+\(String(value, radix: 16))")
      }
    }
  }

  @Test func `the longest topics below the longest root can be sent`() {
    let level = String(repeating: "x", count: 128)
    let rooms = [level + "/" + level.dropLast(), String(repeating: "r/", count: 127) + "r"]
    let roots = [level + "/" + level.dropLast(), String(repeating: "a/", count: 63) + "a"]
    for root in roots {
      #expect(Names.problem(ofRoot: root.utf8) == nil)
      #expect(Names.problem(ofRoot: (root + "/a").utf8) != nil)
      for room in rooms {
        #expect(Names.problem(ofRoom: room.utf8) == nil)
        let topic = "\(root)/users/\(level)/clients/\(level)/rooms/\(room)"
        #expect(WireName.isTaken(Array(topic.utf8)))
        let config = DiscoveryTopics(prefix: root, root: root)
          .config(.binarySensor, of: borrowed(room))
        #expect(WireName.isTaken(config))
      }
    }
  }

  @Test(arguments: ["a", "answers/me", "é/b", "x/a//b", "/x", "x/", ""])
  func `an answer goes where libmosquitto can send it`(topic: String) {
    let names = TopicNames(root: "presence")
    #expect(names.mayAnswer(on: Array(topic.utf8)) == WireName.isTopic(Array(topic.utf8)))
    for bad in ["\u{ffff}", "\u{10fffe}", "\u{85}", "\u{1f}", "\0", "+", "#"] {
      #expect(!names.mayAnswer(on: Array((topic + bad).utf8)))
    }
    #expect(!names.mayAnswer(on: Array(topic.utf8) + [0xff]))
    #expect(!names.mayAnswer(on: Array(topic.utf8) + [0xef, 0xb7, 0x90]))
  }

  @Test func `an answer's topic has at most two hundred levels`() {
    let names = TopicNames(root: "presence")
    let most = Array((String(repeating: "a/", count: 199) + "a").utf8)
    #expect(names.mayAnswer(on: most))
    #expect(!names.mayAnswer(on: most + Array("/a".utf8)))
  }

  @Test(arguments: [
    ("presence", false), ("presence/answers", false), ("presence/answers/me", true),
    ("presence/answersx/me", false), ("presence/count/lab", false), ("presence/query", false),
    ("presencex", true), ("presencex/answers", true), ("ha/disc", false),
    ("ha/disc/sensor/x/config", false), ("ha/discs", true), ("ha", true), ("$SYS/x", false),
    ("$share/g/t", false),
  ])
  func `an answer goes on no topic of the bridge's own, nor below another's prefix`(
    topic: String, isAllowed: Bool
  ) {
    let names = TopicNames(root: "presence")
    #expect(names.mayAnswer(on: Array(topic.utf8), notBelow: ["ha/disc"]) == isAllowed)
  }
}
