import Presence
import Testing

@testable import Dialects

@Suite struct MosquittoLogDialectTests {
  private var stage = Rehearsal(MosquittoLogDialect(prefix: nil))

  private mutating func line(_ text: String) -> [String] {
    stage.live("$SYS/broker/log/N", text)
  }

  /// As Mosquitto 2.0.11 printed it to a subscriber while clients connected, spoke badly and were killed.
  private static let printed: [(String, [String])] = [
    ("1795478503: New connection from 127.0.0.1:52676 on port 18931.", []),
    (
      "1795478503: New client connected from 127.0.0.1:52676 as pubber (p2, c1, k60, u'ann').",
      ["ann/pubber online timeout=0.0 seconds confirmation=90.0 seconds"]
    ),
    ("1795478503: Client pubber disconnected.", ["ann/pubber offline"]),
    (
      "1795478504: New client connected from 127.0.0.1:52730 as proto (p2, c1, k5).",
      ["proto online timeout=0.0 seconds confirmation=7.5 seconds"]
    ),
    ("1795478504: Client proto closed its connection.", ["proto offline"]),
    (
      "1795478505: New client connected from 127.0.0.1:52752 as second (p5, c1, k60).",
      ["second online timeout=0.0 seconds confirmation=90.0 seconds"]
    ),
    ("1795478505: Bad client second sending multiple CONNECT messages.", []),
    ("1795478505: Client second disconnected due to protocol error.", ["second offline"]),
    (
      "1795478541: New client connected from 127.0.0.1:57388 as zero (p2, c1, k0).",
      ["zero online timeout=0.0 seconds"]
    ),
    ("1795478541: Client <unknown> disconnected, not authorised.", []),
    ("1795478506: Client <unknown> disconnected due to protocol error.", []),
    ("1795478506: Client <unknown> closed its connection.", []),
    ("1795478545: Client silent2 has exceeded timeout, disconnecting.", ["silent2 offline"]),
  ]

  @Test mutating func `what a real broker printed is read`() {
    for (text, said) in Self.printed { #expect(line(text) == said, "\(text)") }
  }

  @Test(
    arguments: [
      "Client x disconnected.", "Client x closed its connection.",
      "Client x has exceeded timeout, disconnecting.",
      "Client x disconnected due to malformed packet.",
      "Client x disconnected due to protocol error.",
      "Client x disconnected due to oversize packet.",
      "Client x disconnected due to oversize payload.",
      "Client x disconnected due to out of memory.",
      "Client x disconnected due to QoS too high or retain not supported.",
      "Client x disconnected due to using not allowed feature (QoS too high, retain not supported, or bad AUTH method).",
      "Client x been disconnected by administrative action.",
      "Client x disconnected: Connection reset by peer.", "Client x disconnected: Broken pipe.",
      "Bad socket read/write on client x: A TLS error occurred.",
      "Client x disconnected due to exceeding the receive maximum.",
      "Client x disconnected, quota exceeded.",
      "Client x disconnected, implementation specific error.",
    ])
  mutating func `each ending is read, with any time before it`(text: String) {
    for time in ["", "1795478503: ", "2026-11-24T00:01:02+0100: ", "24/11/2026 00:01:02: "] {
      #expect(line(time + text) == ["x offline"], "\(time)")
    }
    #expect(line("log: " + text) == [])
  }

  @Test(
    arguments: [
      "Client x disconnected, not authorised.", "Client x disconnected, bad username or password.",
      "Client x disconnected, client banned.", "Client x disconnected, session taken over.",
      "Client <unknown> disconnected.", "Client <unknown> disconnected: Broken pipe.",
      "Bad socket read/write on client <unknown>: The connection was lost.",
    ])
  mutating func `a refused stranger ends nobody's connection`(text: String) {
    #expect(line("1795478503: " + text) == [])
  }

  @Test(
    arguments: [
      "New connection from 127.0.0.1:52676 on port 1883.",
      "Client connection from 10.0.0.9 denied: max_connections exceeded.",
      "Client connection from 10.0.0.9 denied access by tcpd.",
      "Expiring client x due to timeout.", "Client x negotiated TLSv1.3 cipher TLS_AES_256_GCM",
      "Dropping too large outgoing PUBLISH for x (90000 bytes)", "Connecting bridge up (a:1883)",
      "ACL denying access to client with dangerous client id \"Client x disconnected.\"", "",
      "1795478503: ", ":", "Client", "Client ",
    ])
  mutating func `lines about other things are none of it`(text: String) {
    #expect(line("1795478503: " + text) == [])
    #expect(line(text) == [])
  }

  /// What Mosquitto 2.1.2 writes behind an id, after its source.
  private static let addressedEndings = [
    ".", ": malformed packet.", ": protocol error.", ": connection closed by client.",
    ": exceeded timeout.", ": oversize packet.", ": out of memory.", ": administrative action.",
    ": used disallowed feature (QoS too high, retain not supported, or bad AUTH method).",
    ": receive maximum exceeded.", ": quota exceeded.", ": topic alias invalid.",
    ": Connection reset by peer.", ": bad socket read/write: The connection was lost.",
  ]

  private mutating func version(_ text: String) -> [String] {
    stage.replay("$SYS/broker/version", "mosquitto version \(text)")
  }

  @Test(arguments: ["127.0.0.1:53846", "::1:53846", "fe80::1%eth0:1"])
  mutating func `each ending of 2_1 is read`(address: String) {
    #expect(version("2.1.2") == [])
    for ending in Self.addressedEndings {
      #expect(line("1795478503: Client x [\(address)] disconnected\(ending)") == ["x offline"])
    }
    for ending in [": not authorised.", ": session taken over.", ": client banned."] {
      #expect(line("1: Client x [\(address)] disconnected\(ending)") == [])
    }
    #expect(line("1: Client x negotiated TLSv1.3 cipher TLS_AES_256_GCM") == [])
  }

  @Test(arguments: ["2.0.11", "2.0.22", "1.6.9"])
  mutating func `before 2_1 an id could have imitated them`(version text: String) {
    #expect(version(text) == [])
    for ending in Self.addressedEndings {
      #expect(line("1: Client x [127.0.0.1:5] disconnected\(ending)") == ["invalid"], "\(ending)")
    }
    #expect(line("1: Client x disconnected.") == ["x offline"])
  }

  @Test(
    arguments: [
      "x [1.2.3.4:5] disconnected.", "x [1.2.3.4:5] disconnected: gone.", "x [1.2.3.4:5]",
      "x [1.2.3.4:5] disconnected: session taken over.", "x ", "lamp 7", "x [1]",
      "x [1.2.3.4:5] disconnected: bad socket read/write: gone.",
    ])
  mutating func `from 2_1 on an id that could imitate another is refused, too`(id: String) {
    #expect(version("2.1.2") == [])
    for ending in Self.addressedEndings + [": not authorised."] {
      #expect(
        line("1: Client \(id) [127.0.0.1:5] disconnected\(ending)") == ["invalid"], "\(ending)")
    }
  }

  @Test mutating func `lines that come before the version wait for it, in their order`() {
    #expect(line("1: Client y closed its connection.") == ["y offline"])
    #expect(line("1: Client x [127.0.0.1:5] disconnected.") == [])
    #expect(line("2: New client connected from 127.0.0.1:6 as x (p2, c1, k0).") == [])
    #expect(version("2.1.2") == ["x offline", "x online timeout=0.0 seconds"])
    #expect(line("3: Client x [127.0.0.1:6] disconnected.") == ["x offline"])
  }

  @Test mutating func `where no version comes they are read as of 2_0, and nothing waits any more`()
  {
    let topic = "$SYS/broker/log/N"
    let forged = "1: Client x [127.0.0.1:5] disconnected."
    #expect(stage.live(topic, forged) == [])
    #expect(stage.live(topic, "2: Client y disconnected.", at: .seconds(9)) == [])
    #expect(
      stage.live(topic, "3: Client z disconnected.", at: .seconds(10))
        == ["invalid", "y offline", "z offline"])
    #expect(stage.live(topic, forged, at: .seconds(11)) == ["invalid"])
  }

  /// What an id says, and the lines that Mosquitto makes of it.
  @Test(
    arguments: [
      "x as victim (p2, c1, k60).", "victim (p2, c1, k60).", "victim (p2, c1, k60, u'root').",
      "victim (p2, c1, k60, u'root')", "victim (p2, c1, k60, u'", "victim disconnected.",
      "victim disconnected: gone", "victim: gone", "victim disconnected: gone.", "lamp 7",
      "victim closed its connection.", "victim ", " victim", "victim has",
    ])
  mutating func `an id that could imitate another is refused and counted`(id: String) {
    for user in ["", ", u'ann'", ", u'x').'"] {
      #expect(
        line("1: New client connected from 127.0.0.1:5 as \(id) (p2, c1, k60\(user)).")
          == ["invalid"])
    }
    #expect(line("1: Client \(id) disconnected.") == ["invalid"])
    #expect(line("1: Client \(id) closed its connection.") == ["invalid"])
    #expect(line("1: Client \(id) disconnected, not authorised.") == ["invalid"])
    #expect(line("1: Client \(id) disconnected: Broken pipe.") == ["invalid"])
    #expect(line("1: Bad socket read/write on client \(id): Unknown error.") == ["invalid"])
  }

  @Test(arguments: ["x (p2, c1, k60, u'y", "', u'a (p1, c1, k1).", "(p5, c0, k9"])
  mutating func `a user name that could imitate is refused and counted`(user: String) {
    #expect(
      line("1: New client connected from 127.0.0.1:5 as x (p2, c1, k60, u'\(user)').")
        == ["invalid"])
  }

  @Test(
    arguments: [
      ("it's", "it's/x"), ("a b", "a b/x"), ("a/b", "a%2Fb/x"), ("", "x"), (")", ")/x"),
      ("').", "')./x"),
    ])
  mutating func `other user names are taken as they are`(user: String, client: String) {
    #expect(
      line("1: New client connected from 127.0.0.1:5 as x (p2, c1, k0, u'\(user)').")
        == ["\(client) online timeout=0.0 seconds"])
  }

  @Test(
    arguments: [
      "New client connected from 127.0.0.1:5 as x (p2, c1, k60)",
      "New client connected from 127.0.0.1:5 as x (p2, c1, k60).\n",
      "New client connected from 127.0.0.1:5 as x (p2, c1, k65536).",
      "New client connected from 127.0.0.1:5 as x (p2, c1, k).",
      "New client connected from 127.0.0.1:5 as <unknown> (p2, c1, k60).",
      "New client connected from 127.0.0.1:5 as  (p2, c1, k60).",
      "New client connected from 127.0.0.1:5 as x (p2, c1, k60, u'ann)",
      "New client connected from ",
    ])
  mutating func `a connection that is not read to its end is counted`(text: String) {
    #expect(line("1: " + text) == ["invalid"])
  }

  @Test mutating func `ids that no topic could hold are encoded`() {
    let text = "1: New client connected from 127.0.0.1:5 as a/b+c%d (p2, c1, k0)."
    #expect(line(text) == ["a%2Fb%2Bc%25d online timeout=0.0 seconds"])
    #expect(line("1: Client a/b+c%d disconnected.") == ["a%2Fb%2Bc%25d offline"])
  }

  @Test mutating func `a session that is taken over stays`() {
    let text = "1: New client connected from 127.0.0.1:5 as twice (p2, c1, k0)."
    #expect(line(text) == ["twice online timeout=0.0 seconds"])
    #expect(
      stage.live("$SYS/broker/log/E", "1: Client twice already connected, closing old connection.")
        == ["unread"])
    #expect(line(text) == ["twice online timeout=0.0 seconds"])
  }

  @Test mutating func `another user who takes an id over ends the first one's connection`() {
    #expect(
      line("1: New client connected from 127.0.0.1:5 as x (p2, c1, k0, u'ann').")
        == ["ann/x online timeout=0.0 seconds"])
    #expect(
      line("1: New client connected from 127.0.0.1:6 as x (p2, c1, k0, u'bob').")
        == ["ann/x offline", "bob/x online timeout=0.0 seconds"])
    #expect(line("1: Client x closed its connection.") == ["bob/x offline"])
    #expect(line("1: Client x closed its connection.") == ["x offline"])
  }

  @Test mutating func `a bridge is a client`() {
    #expect(
      line("1: New bridge connected from 10.0.0.2:5 as up.link (p4, c0, k60, u'b').")
        == ["b/up.link online timeout=0.0 seconds confirmation=90.0 seconds"])
  }

  @Test mutating func `a line that was cut off, and one that is retained, are not read`() {
    let id = String(repeating: "L", count: 999 - 57)
    let start = "1: New client connected from 127.0.0.1:5 as \(id)"
    #expect(line(start + " (p2, c1, k0).") == ["invalid"])
    let whole = start.dropLast(2) + " (p2, c1, k0)."
    #expect(whole.utf8.count == 998)
    #expect(line(String(whole)).first?.hasSuffix("LL online timeout=0.0 seconds") == true)
    #expect(stage.replay("$SYS/broker/log/N", "1: Client x disconnected.") == [])
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  mutating func `any bytes are borne`(seed: UInt64) {
    let taken = stage.fuzz(
      ["$SYS/broker/log/N"],
      Self.printed.map(\.0) + ["Bad socket read/write on client x: Unknown error."], seed: seed)
    #expect(taken > 10)
  }

  /// Whatever id one client chooses, no line that Mosquitto writes of it is taken for another client's.
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  mutating func `no id is ever taken for another`(seed: UInt64) {
    var random = Seeded(seed: seed)
    let pieces = [
      "victim", " ", "as ", " (p2, c1, k60", ", u'", "')", ").", ".", ": ", "disconnected",
      "disconnected.", "disconnected: ", "closed its connection.", "x", "Client ", "'", "(", ",",
    ]
    for _ in 0..<1500 {
      let id = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        pieces.randomElement(using: &random) ?? ""
      }.joined()
      let user = pieces.randomElement(using: &random) ?? ""
      let texts = [
        "1: New client connected from 127.0.0.1:5 as \(id) (p2, c1, k60).",
        "1: New client connected from 127.0.0.1:5 as \(id) (p2, c1, k60, u'\(user)').",
        "1: Client \(id) disconnected.", "1: Client \(id) closed its connection.",
        "1: Client \(id) disconnected: Broken pipe.",
        "1: Bad socket read/write on client \(id): Unknown error.",
      ]
      for text in texts where id != "victim" {
        #expect(
          !line(text).contains { $0.hasPrefix("victim ") || $0.contains("/victim ") }, "\(text)")
      }
    }
  }
}
