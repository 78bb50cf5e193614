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
    (#"{"a":[-0,0e5,-0e-5,0.000,1e-400]}"#, #"{"a":[0,0,0,0,0]}"#),
    (#"{"a":[10.50,1050e-2,0.001050e4,105E-1]}"#, #"{"a":[10.5,10.5,10.5,10.5]}"#),
    (#"{"a":[1e20,1e21,1e+21,0.1e22]}"#, #"{"a":[100000000000000000000,1e+21,1e+21,1e+21]}"#),
    (#"{"a":[0.0000001,1e-7,1.5e-7,1e-8]}"#, #"{"a":[0.0000001,0.0000001,0.00000015,1e-8]}"#),
    (#"{"a":[-12.50e+30,0.10e-300]}"#, #"{"a":[-1.25e+31,1e-301]}"#),
    (#"{"a":9007199254740993.0}"#, #"{"a":9007199254740993}"#),
    (
      #"{"a":0.1000000000000000055511151231257827}"#, #"{"a":0.1000000000000000055511151231257827}"#
    ),
    (#"{"":1,"\u0000":2,"a\u0000":3,"a":4}"#, #"{"":1,"\u0000":2,"a":4,"a\u0000":3}"#),
    (
      #"{"a":1,"\u0061":2,"b":3,"\u0062":4,"b":5}"#,
      #"{"\u0061":2,"b":5}"#.replacing("\\u0061", with: "a")
    ),
    (#"{"b":1,"a":2,"b":3,"a":4,"b":5}"#, #"{"a":4,"b":5}"#),
    (
      #"{"b":{"z":1,"y":2,"z":3},"a":{"d":1,"c":{"f":1,"e":2},"d":{"h":1,"g":2}}}"#,
      #"{"a":{"c":{"e":2,"f":1},"d":{"g":2,"h":1}},"b":{"y":2,"z":3}}"#
    ),
    ("{\"\u{e9}\":1,\"e\u{301}\":2}", "{\"e\u{301}\":2,\"\u{e9}\":1}"),
    (
      #"{"aaaaaaaab":1,"aaaaaaaaa":2,"aaaaaaaa":3}"#, #"{"aaaaaaaa":3,"aaaaaaaaa":2,"aaaaaaaab":1}"#
    ),
    ("{\"a\" :\t[ 1 ,\r\n2 ] }", #"{"a":[1,2]}"#),
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

  @Test(arguments: [
    "1e23", "1e-7", "5e-324", "1.7976931348623157e308", "1.7976931348623158e308",
    "0.30000000000000004", "123456789.123456789e-20", "9007199254740993.5",
  ])
  func `a double reads back as itself`(json: String) throws {
    let kept = try #require(try data(#"{"a":\#(json)}"#))
    #expect(Double(kept.dropFirst(5).dropLast()) == Double(json))
  }

  @Test(arguments: [
    "01", "-01", "00", "00.5", "-", "--1", "+1", "- 1", "1.", ".5", "1e", "1E+", "1e5.5", "1.5.5",
    "1-1", "1_0", "0x10", "1 e5", "NaN", "Infinity", "-Infinity", "tru", "truex", "True", "nul",
    "undefined", "1e400", "-1e400", "1e309",
    "1.7976931348623159e308", "0.18e309", "1e99999999999999999999", "17976931348623159e292", "1e",
    "1e+", "-e1", "1.e5", "'x'", "x", "", "[1 2]", "[,1]", "[1,,2]", "[1,]", "[", "]",
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

  @Test func `two names that only Unicode takes for equal are two names`() throws {
    let kept = try #require(try data("{\"\u{e9}\":1,\"e\u{301}\":2}"))
    #expect(kept.utf8.count { $0 == UInt8(ascii: ":") } == 2)
  }

  @Test(arguments: [
    #"{"a":"\ud800"}"#, #"{"a":"\udc00\ud800"}"#, #"{"a":"\ud800x"}"#,
    #"{"a":"\ud800\ud800"}"#, #"{"a":"\ud800\n"}"#, #"{"a":"\ud83e\u0041"}"#, #"{"\udfff":1}"#,
    #"{"a":"\ud83e\udd8"}"#, #"{"a":"\ud83e\"}"#,
  ])
  func `half a surrogate pair is not text`(json: String) {
    #expect(throws: PayloadProblem.self) { try data(json) }
  }
}
