import Testing
import Topics

@Suite struct SnapshotWriterTests {
  private static let at: Int64 = 1_795_464_605_123

  /// Ann's phone and a nameless sensor.
  private static func lab() -> SnapshotInput {
    SnapshotInput(
      room: borrowed("lab"), count: 2, users: [borrowed("ann")], usersCount: 1, anonymous: 1,
      members: [
        MemberInput(
          client: borrowed("phone"), user: borrowed("ann"), since: 0,
          data: Array(#"{"n":1}"#.utf8)),
        MemberInput(client: borrowed("sensor"), since: 5),
      ],
      revision: 42, at: at)
  }

  private static let head = #"{"room":"lab","count":2,"users":["#
  private static let ann = #""ann""#
  private static let middle = #"],"users_count":1,"anonymous":1,"members":["#
  private static let phone =
    #"{"client":"phone","user":"ann","since":"1970-01-01T00:00:00.000Z","data":{"n":1}}"#
  private static let sensor = #"{"client":"sensor","since":"1970-01-01T00:00:00.005Z"}"#

  private static func tail(_ truncated: Bool) -> String {
    #"],"truncated":\#(truncated),"revision":42,"at":"2026-11-23T20:10:05.123Z"}"#
  }

  private static let whole = head + ann + middle + phone + "," + sensor + tail(false)
  private static let onePhone = head + ann + middle + phone + tail(true)
  private static let noMember = head + ann + middle + tail(true)
  private static let nobody = head + middle + tail(true)

  private func written(_ input: SnapshotInput, _ maxBytes: Int) -> String {
    text(SnapshotWriter.write(input, maxBytes: maxBytes))
  }

  @Test func `a snapshot is byte for byte the contract's`() {
    #expect(written(Self.lab(), 262_144) == Self.whole)
  }

  @Test func `an empty room is an empty list`() {
    let input = SnapshotInput(
      room: borrowed("a/\"b\\"), count: 0, users: [], usersCount: 0, anonymous: 0, members: [],
      revision: 1, at: 0)
    let expected =
      #"{"room":"a/\"b\\","count":0,"users":[],"users_count":0,"anonymous":0,"members":[],"#
      + #""truncated":false,"revision":1,"at":"1970-01-01T00:00:00.000Z"}"#
    #expect(written(input, 262_144) == expected)
  }

  @Test func `members are cut at exactly the byte where they no longer fit`() {
    let count = Self.whole.utf8.count
    #expect(written(Self.lab(), count) == Self.whole)
    #expect(written(Self.lab(), count - 1) == Self.onePhone)
    #expect(written(Self.lab(), Self.onePhone.utf8.count) == Self.onePhone)
    #expect(written(Self.lab(), Self.onePhone.utf8.count - 1) == Self.noMember)
  }

  @Test func `users are cut after the last member`() {
    #expect(written(Self.lab(), Self.noMember.utf8.count) == Self.noMember)
    #expect(written(Self.lab(), Self.noMember.utf8.count - 1) == Self.nobody)
    #expect(written(Self.lab(), 0) == Self.nobody)
  }

  @Test func `users are cut from the end`() {
    var input = Self.lab()
    input.users = ["ann", "bob", "eve"].map { borrowed($0) }
    input.usersCount = 3
    input.members = []
    let full = written(input, 262_144)
    #expect(full.contains(#""users":["ann","bob","eve"],"#))
    #expect(written(input, full.utf8.count) == full)
    #expect(written(input, full.utf8.count - 1).contains(#""users":["ann","bob"],"#))
    #expect(written(input, full.utf8.count - 6).contains(#""users":["ann","bob"],"#))
    #expect(written(input, full.utf8.count - 7).contains(#""users":["ann"],"#))
  }

  @Test func `the last user is not listed as truncated when it is listed`() {
    var input = Self.lab()
    input.members = []
    input.count = 0
    let full = written(input, 262_144)
    #expect(full.contains(#""truncated":false"#))
    let cut = written(input, full.utf8.count - 1)
    #expect(cut.contains(#""users":[],"#) && cut.contains(#""truncated":true"#))
  }

  @Test func `who is asleep is marked, and counted`() {
    var input = Self.lab()
    input.members[0].isAsleep = true
    input.asleep = 2
    let text = written(input, 262_144)
    #expect(text.contains(#""anonymous":1,"asleep":2,"members""#))
    #expect(text.contains(#"Z","asleep":true"#))
  }

  @Test func `fewer listed than are in the room is truncated`() {
    var fewerMembers = Self.lab()
    fewerMembers.count = 3
    #expect(written(fewerMembers, 262_144).contains(#""truncated":true"#))
    var fewerUsers = Self.lab()
    fewerUsers.usersCount = 2
    #expect(written(fewerUsers, 262_144).contains(#""truncated":true"#))
  }

  @Test func `a snapshot is never longer than it may be`() {
    var random = Seeded(seed: 7)
    for _ in 0..<300 {
      let members = (0..<Int.random(in: 0...12, using: &random)).map { index in
        let name = String(repeating: "\"", count: Int.random(in: 1...40, using: &random))
        return MemberInput(client: borrowed(name), since: Int64(index))
      }
      let input = SnapshotInput(
        room: borrowed("lab"), count: members.count, users: [], usersCount: 0,
        anonymous: members.count, members: members, revision: 1, at: 0)
      let max = Int.random(in: 200...1500, using: &random)
      let bytes = SnapshotWriter.write(input, maxBytes: max)
      #expect(bytes.count <= max)
      let read = RetainedSnapshot.read(borrowed(bytes))
      #expect(read?.truncated == (read?.members.count != members.count))
    }
  }
}
