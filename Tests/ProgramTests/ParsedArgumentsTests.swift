import Testing

@testable import rollcall

/// getopt_long keeps its place in globals: all that parses runs on the main actor, as the program does.
@MainActor
@Suite struct ParsedArgumentsTests {
  private static let flags = [
    Flag("host", "h", value: "HOST", help: ""), Flag("json", "j", help: ""),
    Flag("for", value: "D", help: ""), Flag("format", value: "F", help: ""),
  ]

  private func parse(_ arguments: String...) throws(ProgramError) -> ParsedArguments {
    try ParsedArguments(arguments, flags: Self.flags)
  }

  @Test func optionsAndOperandsComeInAnyOrder() throws {
    let parsed = try parse("lab", "-h", "broker", "--json", "kitchen", "--for=3s")
    #expect(parsed.operands == ["lab", "kitchen"])
    #expect(parsed["host"] == "broker")
    #expect(parsed.contains("json"))
    #expect(try parsed.duration("for") == .seconds(3))
  }

  @Test func lettersTakeTheirValueAttachedToo() throws {
    #expect(try parse("-jhbroker")["host"] == "broker")
  }

  @Test func longNamesMayBeAbbreviated() throws {
    #expect(try parse("--ho", "broker")["host"] == "broker")
  }

  @Test func theLastOfTwoCounts() throws {
    #expect(try parse("-h", "a", "--host", "b")["host"] == "b")
  }

  @Test func twoDashesEndTheOptions() throws {
    #expect(try parse("--", "--json", "-h").operands == ["--json", "-h"])
  }

  @Test(arguments: [
    (["--nonsense"], "unknown option '--nonsense'"),
    (["-x"], "unknown option '-x'"),
    (["-jx"], "unknown option '-x'"),
    (["lab", "--host"], "option '--host' needs a value"),
    (["-h"], "option '-h' needs a value"),
    (["--json=yes"], "option '--json=yes' takes no value"),
    (["--fo", "x"], "unknown option '--fo'"),
  ])
  func whatIsWrongIsNamed(arguments: [String], message: String) {
    #expect(throws: ProgramError.usage(message)) {
      try ParsedArguments(arguments, flags: Self.flags)
    }
  }

  @Test(arguments: [
    ("250ms", Duration.milliseconds(250)), ("10s", .seconds(10)),
    ("36600d", .seconds(36_600 * 86_400)),
    ("1.5m", .seconds(90)), ("2h", .seconds(7200)), ("7d", .seconds(604_800)), ("0", .zero),
  ])
  func durations(text: String, expected: Duration) throws {
    #expect(try parse("--for", text).duration("for") == expected)
  }

  @Test(arguments: [
    "", "s", "-1s", "1 s", "1w", "1e3s", "nan", "1.2.3s", "١s", "36601d", "99999999d", "5", "0.5",
    "7min",
  ])
  func notDurations(text: String) throws {
    let parsed = try parse("--for=\(text)")
    #expect(throws: ProgramError.self) { try parsed.duration("for") }
  }

  @Test(arguments: [("7", Duration.seconds(7)), ("500ms", .milliseconds(500))])
  func theTimeOfAnAnswerMayBeANumberOfSecondsAsMosquittosIs(text: String, expected: Duration)
    throws
  {
    let parsed = try ParsedArguments(["-W", text], flags: [Flag.timeout])
    #expect(try parsed.answerLimit() == expected)
    #expect(try parse().answerLimit() == .seconds(5))
  }

  @Test func aNumberAloneIsToldThatItLacksAUnit() throws {
    let message =
      "--for '5' has no unit (ms, s, m, h or d): write a duration such as 250ms, 10s, 5m or 2h"
    let parsed = try parse("--for", "5")
    #expect(throws: ProgramError.usage(message)) { try parsed.duration("for") }
  }

  @Test func numbersOutOfRangeAreRefused() throws {
    let parsed = try parse("--host", "65536", "--for", "65535")
    #expect(throws: ProgramError.self) { try parsed.integer("host", in: 1...65_535) }
    #expect(try parsed.integer("for", in: 1...65_535) == 65_535)
    #expect(try parsed.integer("format", in: 1...65_535) == nil)
  }
}
