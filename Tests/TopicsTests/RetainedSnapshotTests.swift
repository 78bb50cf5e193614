import Testing
import Topics

@Suite struct RetainedSnapshotTests {
  private static let good = #"""
    {"room":"lab","count":2,"users":["ann"],"users_count":1,"anonymous":1,"members":[{"client":"p",
    "user":"ann","since":"1970-01-01T00:00:00.007Z"},{"client":"s",
    "since":"1970-01-01T00:00:01.000Z"}],"truncated":false,"revision":42,
    "at":"2026-11-23T20:10:05.123Z"}
    """#

  @Test func `a snapshot is read`() throws {
    let read = try #require(RetainedSnapshot.read(borrowed(Self.good)))
    #expect(text(read.room) == "lab")
    #expect(read.revision == 42)
    #expect(!read.truncated)
    #expect(text(read.at) == "2026-11-23T20:10:05.123Z")
    #expect(read.members.map { text($0.client) } == ["p", "s"])
    #expect(read.members.map { $0.user.map { text($0) } } == ["ann", nil])
    #expect(read.members.map(\.since) == [7, 1000])
  }

  @Test(arguments: [
    (#""lab""#, #""a//b""#), (#""lab""#, "1"), (#""room""#, #""r""#), ("42", "-1"),
    ("42", "9007199254740992"), ("42", "4.5"), ("42", "true"), ("42", "\"42\""), ("false", "0"),
    ("false", "null"), (#""truncated""#, #""t""#), ("2026-11-23T", "2026-02-30T"),
    ("00:00:01.000Z", "00:00:01Z"), (#""since":"1970-01-01T00:00:01.000Z""#, #""since":1"#),
    (#""client":"s""#, #""client":"a/b""#), (#""client":"s""#, #""c":"s""#),
    (#""user":"ann""#, #""user":null"#), (#""user":"ann""#, #""user":"""#), ("}]", "},1]"),
    (#""members""#, #""m""#), ("{\"room\"", "[\"room\""), ("123Z\"}", "123Z\""),
  ])
  func `what the bridge would not have written is not read`(was: String, becomes: String) {
    let bad = Self.good.replacing(was, with: becomes, maxReplacements: 1)
    #expect(bad != Self.good)
    #expect(RetainedSnapshot.read(borrowed(bad)) == nil)
  }

  @Test(arguments: ["", "x", "{}", "[]", "null", "online", "{\"room\":\"lab\"}"])
  func `garbage is not read`(payload: String) {
    #expect(RetainedSnapshot.read(borrowed(payload)) == nil)
  }

  @Test func `what is written is read back, whatever the names`() throws {
    var random = Seeded(seed: 11)
    for _ in 0..<200 {
      let client = hostileName(&random)
      let user = Bool.random(using: &random) ? hostileName(&random) : nil
      let since = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random)
      let room = hostileName(&random) + [0x2f] + hostileName(&random)
      let revision = Int64.random(in: 0..<1 << 53, using: &random)
      let input = SnapshotInput(
        room: borrowed(room), count: 1, users: [], usersCount: user == nil ? 0 : 1,
        anonymous: user == nil ? 1 : 0,
        members: [
          MemberInput(client: borrowed(client), user: user.map { borrowed($0) }, since: since)
        ], revision: revision, at: since)
      let bytes = SnapshotWriter.write(input, maxBytes: 8192)
      let read = try #require(RetainedSnapshot.read(borrowed(bytes)))
      #expect(read.room == room)
      #expect(read.revision == revision)
      #expect(read.truncated == (user != nil))
      #expect(read.members.count == 1)
      #expect(read.members.first?.client == client)
      #expect(read.members.first?.user == user)
      #expect(read.members.first?.since == since)
    }
  }

  /// Allowed, and made of what JSON and MQTT give a meaning to.
  private func hostileName(_ random: inout Seeded) -> [UInt8] {
    let pieces = [
      "\"", "\\", "{", "}", "[", ",", ":", "é", "e\u{301}", "🦉", " ", "u0000", "~", "x",
    ]
    let count = Int.random(in: 1...20, using: &random)
    return (0..<count).reduce(into: []) { name, _ in
      name += Array((pieces.randomElement(using: &random) ?? "x").utf8)
    }
  }
}
