import Testing
import Topics

@Suite struct JSONDataTests {
  @Test(arguments: [
    (#"{ }"#, #"{}"#),
    (#"{"a" : 12345678901234567890 }"#, #"{"a":12345678901234567890}"#),
    (#"{"a":-9223372036854775808}"#, #"{"a":-9223372036854775808}"#),
    (#"{"a":18446744073709551615}"#, #"{"a":18446744073709551615}"#),
    (#"{"a":123456789012345678901234567890}"#, #"{"a":123456789012345678901234567890}"#),
    (#"{"a":0.1,"b":-1.5,"c":3.141592653589793}"#, #"{"a":0.1,"b":-1.5,"c":3.141592653589793}"#),
    (#"{"a":true,"b":1,"c":false,"d":0}"#, #"{"a":true,"b":1,"c":false,"d":0}"#),
    (#"{"a":1.0,"b":1e2,"c":-0.0}"#, #"{"a":1,"b":100,"c":0}"#),
    (#"{"a":null,"b":[1,"x",[],{}]}"#, #"{"a":null,"b":[1,"x",[],{}]}"#),
    (#"{"b":1,"a":2,"B":3,"a10":4,"a9":5}"#, #"{"B":3,"a":2,"a10":4,"a9":5,"b":1}"#),
    (#"{"a":"x\/y\u0041\u00e9\ud83e\udd89"}"#, #"{"a":"x/yAé🦉"}"#),
    (#"{"a":"\"\\\b\n\u0000\u007f"}"#, "{\"a\":\"\\\"\\\\\\u0008\\u000a\\u0000\u{7f}\"}"),
    (#"{"k\"\n":1}"#, #"{"k\"\u000a":1}"#),
    (#"{"a":{"z":1,"y":{"x":2,"w":3}}}"#, #"{"a":{"y":{"w":3,"x":2},"z":1}}"#),
    (#"{"a":"}],","b":"\\"}"#, #"{"a":"}],","b":"\\"}"#),
    (#"{"a":",]","b":"\",]"}"#, #"{"a":",]","b":"\",]"}"#),
  ])
  func `data is kept, in its shortest form`(json: String, kept: String) throws {
    #expect(try data(json) == kept)
    #expect(try data(kept) == kept)
  }

  @Test(arguments: ["1e23", "1e-7", "5e-324", "1.7976931348623157e308", "0.30000000000000004"])
  func `a double reads back as itself`(json: String) throws {
    let kept = try #require(try data(#"{"a":\#(json)}"#))
    #expect(Double(kept.dropFirst(5).dropLast()) == Double(json))
  }

  @Test(arguments: [
    "01", "-01", "00", "00.5", "-", "--1", "+1", "- 1", "1.", ".5", "1e", "1E+", "1e5.5", "1.5.5",
    "1-1", "1_0", "0x10", "1 e5", "NaN", "Infinity", "-Infinity", "tru", "truex", "True", "nul",
    "undefined", "1e400", "-1e400", "'x'", "x", "", "[1 2]", "[,1]", "[1,,2]", "[1,]", "[", "]",
    "[1}", "{,}", "{1:2}", "{\"b\" 1}", "{\"b\":}", "{\"b\":1 \"c\":2}", "{b:1}", "/**/1", "1//",
    "\"", "\"\\x\"", "\"\\u12\"", "\"\\uZZZZ\"", "\"\\u+123\"", "\"\t\"", "\"\u{1f}\"", "\u{c}1",
    "\u{a0}1", "\u{feff}1", "1\0", "1}", "1}{", "\"\\\"",
  ])
  func `what is not RFC 8259 is invalid`(value: String) {
    #expect(throws: PayloadProblem.self) { try data(#"{"a":\#(value)}"#) }
  }

  @Test func `equal objects give equal bytes`() throws {
    let one = try data(#"{"a":1,"b":{"c":[1.0,"x/y"],"d":null}}"#)
    let other = try data(" {\n\"b\" : {\"d\":null,\"c\":[ 1,\"x\\/y\"]} , \"a\":1e0}")
    #expect(one == other)
    #expect(try data(#"{"a":1}"#) != data(#"{"a":true}"#))
  }

  @Test func `UTF-16 is not JSON here`() {
    let little = #"{"state":"online"}"#.utf8.reduce(into: [UInt8]()) { $0 += [$1, 0] }
    let big = #"{"state":"online"}"#.utf8.reduce(into: [UInt8]()) { $0 += [0, $1] }
    for bytes in [little, big, [0xff, 0xfe] + little] {
      #expect(throws: PayloadProblem.self) { try Payload.status(borrowed(bytes)) }
    }
  }

  @Test(arguments: [#"{"a":"\ud800"}"#, #"{"a":"\udc00\ud800"}"#, #"{"a":"\ud800x"}"#])
  func `half a surrogate pair is not text`(json: String) {
    #expect(throws: PayloadProblem.self) { try data(json) }
  }
}
