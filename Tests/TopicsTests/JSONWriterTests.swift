import Testing
import Topics

@Suite struct JSONWriterTests {
  @Test func `commas stand between members and elements, and nowhere else`() {
    var json = JSONWriter()
    json.beginObject()
    json.key("a")
    json.beginArray()
    json.endArray()
    json.key("b")
    json.beginArray()
    json.integer(1)
    json.bool(true)
    json.beginObject()
    json.endObject()
    json.null()
    json.raw(Array(#"{"x":1}"#.utf8))
    json.word("w")
    json.endArray()
    json.key("c\"d")
    json.bool(false)
    json.key("t")
    json.time(millisecondsSince1970: 0)
    json.endObject()
    let expected = #"{"a":[],"b":[1,true,{},null,{"x":1},"w"],"c\"d":false,"#
    #expect(text(json.bytes) == expected + #""t":"1970-01-01T00:00:00.000Z"}"#)
  }

  @Test(arguments: [
    ("", #""""#), ("lab", #""lab""#), ("\"", #""\"""#), ("\\", #""\\""#), ("a/b", #""a/b""#),
    ("\"}],\"x\":[{\"", #""\"}],\"x\":[{\"""#), ("a\"b\\c", #""a\"b\\c""#), ("\0", #""\u0000""#),
    ("\n\t\u{1f}", #""\u000a\u0009\u001f""#), ("\u{7f}é🦉\u{2028}", "\"\u{7f}é🦉\u{2028}\""),
  ])
  func `a string is escaped where it must be`(string: String, json: String) {
    var writer = JSONWriter()
    writer.string(borrowed(string))
    #expect(text(writer.bytes) == json)
    var other = JSONWriter()
    other.string(string)
    #expect(other.bytes == writer.bytes)
  }

  @Test(arguments: [0, 9, 10, -1, 1_000_000, Int64.max, Int64.min])
  func `an integer is written as Swift would`(value: Int64) {
    var json = JSONWriter()
    json.integer(value)
    #expect(text(json.bytes) == "\(value)")
  }

  @Test func `an integer too large becomes the largest`() {
    var json = JSONWriter()
    json.integer(UInt64.max)
    #expect(text(json.bytes) == "9223372036854775807")
  }

  @Test func `after removeAll it begins anew`() {
    var json = JSONWriter()
    json.integer(1)
    json.removeAll()
    json.integer(2)
    #expect(text(json.bytes) == "2")
  }
}
