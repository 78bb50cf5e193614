import Presence
import Testing
import Topics

/// Words that people write by hand: in any case, with a line end behind them, and `null` for what is left out.
@Suite struct WrittenWordsTests {
  private static let around = [("", ""), ("", "\n"), ("", "\r\n"), (" \t", "  "), ("\n\n", "\r")]

  @Test(arguments: ["online", "Online", "ONLINE", "oNlInE"])
  func `online is read in any case and with blanks around it`(word: String) throws {
    for (before, after) in Self.around {
      #expect(try status(before + word + after) == .online(Birth()))
      let escapes: [Unicode.Scalar: String] = ["\n": "\\n", "\r": "\\r", "\t": "\\t"]
      let escaped = (before + word + after).unicodeScalars.map { escapes[$0] ?? String($0) }
        .joined()
      #expect(try status(#"{"state":"\#(escaped)"}"#) == .online(Birth()))
    }
  }

  @Test func `the other words are read so, too`() throws {
    for (before, after) in Self.around {
      #expect(try status(before + "OffLine" + after) == .offline(Death()))
      #expect(try room(before + "Join" + after) == .join(data: nil))
      #expect(try room(before + "LEAVE" + after) == .leave)
    }
    #expect(try status(#"{"state":"OFFLINE","epoch":3}"#) == .offline(Death(epoch: 3)))
    #expect(try room(#"{"action":" Join "}"#) == .join(data: nil))
    #expect(try room(#"{"action":"Leave\n"}"#) == .leave)
  }

  @Test(arguments: ["", " ", "\n", "\r\n", "\t \n", String(repeating: " ", count: 8192)])
  func `blanks alone are an empty payload`(payload: String) throws {
    #expect(try status(payload) == .forget)
    #expect(try room(payload) == .leave)
    #expect(try heartbeat(payload) == Heartbeat())
  }

  @Test func `blanks beyond the limit are over it`() {
    let blanks = String(repeating: " ", count: 8193)
    for body in [{ _ = try status(blanks) }, { _ = try status("online" + blanks) }]
      as [() throws -> Void]
    {
      #expect { try body() } throws: { ($0 as? PayloadProblem)?.kind == .limited }
    }
  }

  @Test(arguments: ["rooms", "epoch", "timeout"])
  func `null is as good as left out`(member: String) throws {
    #expect(try status(#"{"state":"online","\#(member)":null}"#) == .online(Birth()))
    #expect(try heartbeat(#"{"\#(member)":null}"#) == Heartbeat())
  }

  @Test func `data that is null clears the data`() throws {
    let cleared = Birth(data: Array("{}".utf8))
    #expect(try status(#"{"state":"online","data":null}"#) == .online(cleared))
    #expect(try room(#"{"action":"join","data":null}"#) == .join(data: Array("{}".utf8)))
    #expect(try data(#"{"a":null}"#) == #"{"a":null}"#)
  }

  @Test func `the last of several counts, also where it is null`() throws {
    #expect(try heartbeat(#"{"epoch":1,"epoch":null}"#) == Heartbeat())
    #expect(try heartbeat(#"{"epoch":null,"epoch":2}"#) == Heartbeat(epoch: 2))
    #expect(throws: PayloadProblem.self) { try status(#"{"state":"online","state":null}"#) }
  }
}
