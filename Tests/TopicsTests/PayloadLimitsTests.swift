import Presence
import Testing
import Topics

@Suite struct PayloadLimitsTests {
  private static func padded(_ json: String, to count: Int) -> String {
    json + String(repeating: " ", count: count - json.utf8.count)
  }

  @Test func `a payload has up to max_payload bytes`() throws {
    let object = #"{"state":"online","action":"join"}"#
    let most = Self.padded(object, to: 8192)
    #expect(try status(most) == .online(Birth()))
    #expect(try room(most) == .join(data: nil))
    #expect(try heartbeat(most) == Heartbeat())
    for kind in [limitKind { _ = try status(most + " ") }, limitKind { _ = try room(most + " ") }] {
      #expect(kind == .limited)
    }
    #expect(limitKind { _ = try heartbeat(most + " ") } == .limited)
  }

  @Test func `a client has up to max_rooms rooms, each counted once`() throws {
    let three = #"{"state":"online","rooms":["a","b","a","c","b"]}"#
    #expect(try status(three, maxRooms: 3) == .online(Birth(rooms: bytes(["a", "b", "c"]))))
    #expect(limitKind { _ = try status(three, maxRooms: 2) } == .limited)
  }

  @Test func `nesting is limited and never a crash`() throws {
    let brackets = String(repeating: "[", count: 8192)
    #expect(limitKind { _ = try status(brackets) } == .invalid)
    let open = #"{"state":"online","data":{"a":"# + String(repeating: "[", count: 8000)
    #expect(limitKind { _ = try status(open) } == .invalid)
    #expect(try heartbeat(open) == Heartbeat())
    let objects = String(repeating: #"{"a":"#, count: 1600)
    #expect(limitKind { _ = try status(objects) } == .invalid)
  }

  @Test func `a hundred and twenty-eight levels are taken, one more is not`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
    }
    #expect(try data(nested(127)) == nested(127))
    #expect(limitKind { _ = try data(nested(128)) } == .invalid)
  }

  private func limitKind(_ body: () throws -> Void) -> PayloadProblem.Kind? {
    do {
      try body()
      return nil
    } catch {
      return (error as? PayloadProblem)?.kind
    }
  }
}

@Suite struct CountTests {
  @Test(
    arguments: [
      ("0", 0), ("7", 7), ("007", 7), ("9223372036854775807", Int.max),
      ("9223372036854775808", nil),
      ("", nil), ("-1", nil), ("+1", nil), ("1 ", nil), ("1.0", nil), ("x", nil),
      ("99999999999999999999", nil),
    ] as [(String, Int?)])
  func `a count is digits`(payload: String, count: Int?) {
    #expect(Payload.count(borrowed(payload)) == count)
  }

  @Test(
    arguments: [
      ("0 seconds", 0), ("86400 seconds", 86400), ("5", nil), ("5 second", nil), (" seconds", nil),
      ("-5 seconds", nil), ("5 seconds ", nil), ("", nil), ("5  seconds", nil),
    ] as [(String, Int?)])
  func `an uptime is Mosquitto's`(payload: String, seconds: Int?) {
    #expect(Payload.uptime(borrowed(payload)) == seconds)
  }
}
