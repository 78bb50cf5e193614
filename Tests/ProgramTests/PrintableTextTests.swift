import Testing

@testable import rollcall

@Suite struct PrintableTextTests {
  @Test(arguments: [
    ("plain, Änn, 会议室", "plain, Änn, 会议室"),
    ("\u{1B}[2J", "\\u{1B}[2J"),
    ("a\r\nb\tc", "a\\u{D}\\u{A}b\\u{9}c"),
    ("\u{9B}2J", "\\u{9B}2J"),
    ("\u{202E}abc\u{2066}", "\\u{202E}abc\\u{2066}"),
    ("\u{2028}", "\\u{2028}"),
    ("\u{7F}", "\\u{7F}"),
  ])
  func nothingMovesTheTerminal(text: String, expected: String) {
    #expect(printable(text) == expected)
  }

  @Test func bytesThatAreNotUTF8AreReplaced() {
    #expect(printable([0x61, 0xFF, 0x1B]) == "a\u{FFFD}\\u{1B}")
  }

  @Test func jsonEscapesTheSame() {
    #expect(jsonString("a\"b\\c/ä") == #""a\"b\\c/ä""#)
    #expect(jsonString("\u{1B}\u{9B}\u{E0001}") == #""\u001b\u009b\udb40\udc01""#)
  }

  @Test func widthsAreColumnsOfATerminal() {
    #expect("lab".columns == 3)
    #expect("会议室".columns == 6)
    // Emoji are wide where they show as pictures by themselves (UAX #11); others are as wide as a letter.
    #expect("🚀✅⌚🫠".columns == 8)
    #expect("✈🏳☎".columns == 3)
    #expect("🇩🇪".columns == 2)
    #expect("각".columns == 2)
    #expect("e\u{301}".columns == 1)
  }

  @Test func textIsCutWithASign() {
    #expect("building".truncated(to: 8) == "building")
    #expect("building".truncated(to: 5) == "buil…")
    #expect("building".truncated(to: 5, front: true) == "…ding")
    #expect("会议室".truncated(to: 4) == "会…")
    #expect("lab".truncated(to: 0) == "")
  }

  @Test func columnsAreAsWideAsTheirWidestCell() {
    var table = TextTable(columns: [.init(title: "ROOM"), .init(title: "COUNT", right: true)])
    table.rows = [["会议室", "7"], ["a", "10"]]
    #expect(table.lines() == ["ROOM    COUNT", "会议室      7", "a          10"])
  }

  @Test func aNarrowTerminalCutsNamesAtTheFront() {
    var table = TextTable(columns: [.init(title: "ROOM"), .init(title: "N"), .init(title: "L")])
    table.rows = [["building-a/floor-1/room-101", "7", "+one"]]
    let lines = table.lines(width: 20)
    #expect(lines[1] == "…-1/room-101  7  +o…")
    #expect(lines.allSatisfy { $0.columns <= 20 })
  }

  @Test(arguments: [
    (#"{"b":[1,2.5,null,true],"a":"x\u001b"}"#, #"{"a":"x\u001b","b":[1,2.5,null,true]}"#),
    (#"{}"#, #"{}"#),
  ])
  func dataIsWrittenOnOneLine(json: String, expected: String) {
    let snapshot = RoomSnapshot(
      Array(
        #"{"count":1,"users_count":0,"anonymous":1,"truncated":false,"at":"","members":[{"#.utf8)
        + Array(#""client":"c","since":"","data":\#(json)}]}"#.utf8))
    #expect(snapshot?.members.first?.data?.json == expected)
  }

  @Test(
    arguments: [
      ("lab", true, nil), ("a/b/c", false, nil), ("a/#", true, nil), ("+/b", true, nil),
      ("", true, "no level of a room may be empty"),
      ("/a", true, "no level of a room may be empty"),
      ("a/#", false, "one room only, without + and #"),
      ("a\u{7}", true, "it contains a control character"),
      ("a#", true, "+ stands for a whole level, # for all that follow"),
      ("#/a", true, "+ stands for a whole level, # for all that follow"),
    ] as [(String, Bool, String?)])
  func filtersAreThoseOfMQTT(filter: String, wildcards: Bool, problem: String?) {
    #expect(RoomFilter.problem(filter, wildcards: wildcards) == problem)
  }

  /// Rooms as `watch` shows them.
  private var rooms: TextTable {
    let columns = [
      TextTable.Column(title: "ROOM"), .init(title: "COUNT", right: true),
      .init(title: "CHANGED", right: true), .init(title: "LATELY"),
    ]
    return TextTable(
      columns: columns,
      rows: [
        ["building-a/floor-1/room-101", "12", "3s", "-sim-08(left)"], ["lab", "12345", "-", ""],
      ])
  }

  @Test(arguments: [
    (43, ["ROOM           COUNT  CHANGED  LATELY", "…r-1/room-101     12       3s  -sim-08(lef…"]),
    (33, ["ROOM          COUNT  CHANGED  LA…", "…-1/room-101     12       3s  -s…"]),
    (32, ["ROOM              COUNT  CHANGED", "…loor-1/room-101     12       3s"]),
    (20, ["ROOM           COUNT", "…r-1/room-101     12"]), (12, ["ROOM   COUNT", "…-101     12"]),
  ])
  func whatHasNoRoomIsLeftOutFromTheRightAndNumbersAreNeverCut(width: Int, expected: [String]) {
    let lines = rooms.lines(width: width)
    #expect(Array(lines.prefix(2)) == expected)
    #expect(lines[2].contains("12345"))
    #expect(lines.allSatisfy { $0.columns <= width })
  }
}
