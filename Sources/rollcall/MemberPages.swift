import Topics

/// All members of a room, page by page, where a snapshot does not list them.
struct MemberPages {
  private struct Page {
    var count: Int
    var members: [RoomSnapshot.Member]
    var more: Bool

    init?(_ answer: JSONMembers) {
      guard let page = answer.object(named: "members"), let count = page.count("count"),
        let members = page.list("members", RoomSnapshot.Member.init), let more = page.bool("more")
      else { return nil }
      self.count = count
      self.members = members
      self.more = more
    }
  }

  /// More members than any bridge has: what goes on beyond is none.
  private static let most = 10_000_000

  /// How long one answer may take; a broker whose ACL keeps it from us says nothing.
  private static let patience = Duration.seconds(2)

  /// The members and the room's count; `nil` where the bridge cannot be asked.
  static func read(
    _ room: String, _ access: BrokerAccess, limit: Duration
  ) -> (members: [RoomSnapshot.Member], count: Int)? {
    guard let questioner = Questioner(access, limit: limit) else { return nil }
    defer { questioner.disconnect() }
    var members: [RoomSnapshot.Member] = []
    while true {
      let question = question(room, after: members.last)
      guard let bytes = questioner.ask(question, limit: min(limit, patience)),
        let page = ForeignFigures.read(bytes, Page.init), members.count < most
      else { return nil }
      members += page.members
      guard page.more else { return (members, page.count) }
      // Who cannot name the next one does not name all.
      guard !page.members.isEmpty else { return nil }
    }
  }

  private static func question(_ room: String, after: RoomSnapshot.Member?) -> String {
    var details = #"{"room":\#(jsonString(room)),"limit":1000"#
    if let after {
      let user = after.user.map { #","user":\#(jsonString($0))"# } ?? ""
      details += #","after":{"client":\#(jsonString(after.client))\#(user)}"#
    }
    return #"{"members":\#(details)}}"#
  }
}
