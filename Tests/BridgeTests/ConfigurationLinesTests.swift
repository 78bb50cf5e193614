import Testing

@testable import Bridge

@Suite("The lines of a configuration")
struct ConfigurationLinesTests {
  static let fiveMinutes: [String] = [
    "keepalive 5m", "keepalive\t5m", "  keepalive   5m  ", "keepalive 5m\r\n",
    "\u{FEFF}keepalive 5m", "keepalive 5m # as the router's", "keepalive 5m\t# x",
    "#keepalive 1s\n\nkeepalive 5m", " # x\nkeepalive 5m", "\r\nkeepalive 5m\r\n",
  ]

  @Test("may have blanks, comments, CRLF and a byte order mark", arguments: fiveMinutes)
  func tolerated(text: String) throws {
    #expect(try parsed(text).keepalive == .seconds(300))
  }

  @Test("keep a # that no white space precedes")
  func hashInValue() throws {
    #expect(try parsed("client_id a#b").clientID == "a#b")
    #expect(try parsed("database /a b/c.db # d").database == "/a b/c.db")
  }

  static let bad: [([UInt8], String)] = [
    (Array("keepalive 5\0s".utf8), "x.conf:1: the line contains a NUL: write plain text"),
    (
      Array("\nroot a\u{7}b".utf8),
      "x.conf:2: the line contains the control character 0x7: write plain text"
    ),
    (
      Array("root a\rkeepalive 5s".utf8),
      "x.conf:1: the line contains the control character 0xD: write plain text"
    ),
    ([0x72, 0xFF], "x.conf:1: the line is not UTF-8: save the file as UTF-8"),
    ([0xFE, 0xFF], "x.conf:1: the line is not UTF-8: save the file as UTF-8"),
  ]

  @Test("are refused where they are not text", arguments: bad)
  func refused(bytes: [UInt8], message: String) {
    #expect(problems(bytes) == [message])
  }

  @Test("are numbered from 1, comments and blank lines included")
  func numbered() {
    let lexer = ConfigurationLexer(Array("# x\n\na b  c\n d".utf8), file: "x.conf")
    #expect(
      lexer.lines == [
        ConfigurationLexer.Line(number: 3, key: "a", value: "b  c"),
        ConfigurationLexer.Line(number: 4, key: "d", value: ""),
      ])
    #expect(lexer.problems.isEmpty)
  }
}
