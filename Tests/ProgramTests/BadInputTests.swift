import MQTT
import TestSupport
import Testing

/// Behaviour 13: bad input changes nothing, is counted, and stops nobody.
struct BadInputTests {
  private static let long = String(repeating: "x", count: 129)
  private static let longRoom = Array(repeating: String(repeating: "y", count: 100), count: 3)
    .joined(separator: "/")
  private static let pump = "clients/pump"

  /// Topic and payload of what does not parse.
  private static let invalid: [(String, String)] = [
    (pump + "/status", "onlin"), (pump + "/status", "on line"), (pump + "/status", "[]"),
    (pump + "/status", "{"), (pump + "/status", "{}"), (pump + "/status", #"{"state":"away"}"#),
    (pump + "/status", #"{"state":1}"#), (pump + "/status", #"{"state":"online","rooms":"lab"}"#),
    (pump + "/status", #"{"state":"online","rooms":[1]}"#),
    (pump + "/status", #"{"state":"online","rooms":["a//b"]}"#),
    (pump + "/status", #"{"state":"online","rooms":["a/#"]}"#),
    (pump + "/status", #"{"state":"online","rooms":["+"]}"#),
    (pump + "/status", #"{"state":"online","rooms":["$SYS"]}"#),
    (pump + "/status", #"{"state":"online","rooms":["a\u0000b"]}"#),
    (pump + "/status", #"{"state":"online","rooms":["a\u0007b"]}"#),
    (pump + "/status", #"{"state":"online","rooms":["a\uffff"]}"#),
    (pump + "/status", #"{"state":"online","rooms":["lab","\ufdd0"]}"#),
    (pump + "/status", #"{"state":"online","rooms":["\ud83f\udffe"]}"#),
    (pump + "/status", #"{"state":"online","data":{"s":"\ud83f"}}"#),
    (pump + "/status", #"{"state":"online","epoch":-1}"#),
    (pump + "/status", #"{"state":"online","epoch":9007199254740993}"#),
    (pump + "/status", #"{"state":"online","epoch":1.5}"#),
    (pump + "/status", #"{"state":"online","timeout":-1}"#),
    (pump + "/status", #"{"state":"online","timeout":0.05}"#),
    (pump + "/status", #"{"state":"online","timeout":31622401}"#),
    (pump + "/status", #"{"state":"online","timeout":"5"}"#),
    (pump + "/status", #"{"state":"online","data":[]}"#),
    (pump + "/heartbeat", #"{"timeout":"x"}"#), (pump + "/heartbeat", #"{"epoch":-3}"#),
    (pump + "/rooms/lab", "enter"), (pump + "/rooms/lab", "{}"),
    (pump + "/rooms/lab", #"{"action":"stay"}"#),
    (pump + "/rooms/lab", #"{"action":"join","data":3}"#),
    (pump + "/rooms/lab//east", "join"), (pump + "/rooms/$lab", "join"),
    ("clients//status", "online"), ("users//clients/x/status", "online"),
    ("clients//rooms/lab", "join"),
  ]

  /// What would be right but for a limit.
  private static let limited: [(String, String)] = [
    (pump + "/status", #"{"state":"online","rooms":["a","b","c","d"]}"#),
    (
      pump + "/status",
      #"{"state":"online","data":{"s":"\#(String(repeating: "z", count: 9000))"}}"#
    ),
    (
      pump + "/rooms/lab",
      #"{"action":"join","data":{"s":"\#(String(repeating: "z", count: 9000))"}}"#
    ),
    (pump + "/heartbeat", String(repeating: "z", count: 9000)),
  ]

  /// Names over their limit: either counter may take them.
  private static let long_names: [(String, String)] = [
    ("clients/\(long)/status", "online"), (pump + "/rooms/\(long)", "join"),
    (pump + "/rooms/\(longRoom)", "join"),
    (pump + "/status", #"{"state":"online","rooms":["\#(long)"]}"#),
  ]

  @Test(
    "What does not parse or is over a limit changes nothing, is counted, and the bridge goes on",
    arguments: [ProtocolVersion.v5, .v311])
  func table(version: ProtocolVersion) throws {
    let site = try Site(version, ["max_rooms_per_client": "3"])
    let sender = try site.device("sender")
    for (number, (topic, payload)) in Self.invalid.enumerated() {
      try sender.client.publish("presence/\(topic)", payload)
      try site.wait(forStats: "\(number + 1) invalid, the last \(topic) \(payload)") {
        $0.invalid == number + 1 && $0.limited == 0
      }
    }
    for (number, (topic, payload)) in Self.limited.enumerated() {
      try sender.client.publish("presence/\(topic)", payload)
      try site.wait(forStats: "\(number + 1) limited, the last \(topic) \(payload.prefix(50))") {
        $0.limited == number + 1 && $0.invalid == Self.invalid.count
      }
    }
    let all = Self.invalid + Self.limited + Self.long_names
    for (topic, payload) in Self.long_names {
      try sender.client.publish("presence/\(topic)", payload)
    }
    try site.wait(forStats: "all counted") { $0.invalid + $0.limited == all.count }
    #expect(try site.observer.stats()?.clients == 0)
    #expect(site.observer.client.messages.allSatisfy { $0.topic.hasPrefix("presence/bridge/") })
    try site.flush()
    #expect(site.bridge.child.exitIfEnded() == nil)
  }

  @Test("Bytes that are not UTF-8 are invalid")
  func notUTF8() throws {
    let site = try Site()
    let pump = try site.device("pump")
    let bad = Array(#"{"action":"join","data":{"s":""#.utf8) + [0xff, 0xfe] + Array(#""}}"#.utf8)
    try pump.client.connection?.publish(
      "presence/clients/pump/rooms/lab", bad, qos: .atLeastOnce, retain: false)
    try site.wait(forStats: "one invalid") { $0.invalid == 1 && $0.clients == 0 }
  }

  @Test("Complaints are logged at most once a second a kind")
  func log() throws {
    let site = try Site()
    let pump = try site.device("pump")
    for _ in 0..<200 { try pump.say("nonsense", retain: false) }
    try site.wait(forStats: "all counted") { $0.invalid == 200 }
    let lines = site.bridge.log.split(separator: "\n").filter { $0.contains("clients/pump/status") }
    #expect((1...3).contains(lines.count), "\(lines)")
  }

  @Test("Over max_clients, max_rooms and max_rooms_per_client, newcomers are counted and left out")
  func limits() throws {
    let site = try Site(
      .v5, ["max_clients": "2", "max_rooms": "3", "max_rooms_per_client": "2"])
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try pump.join("a")
    try pump.join("b")
    try pump.join("c")
    try site.wait(forStats: "a third room of pump") { $0.limited == 1 && $0.presences == 2 }
    try valve.join("c")
    try valve.join("d")
    try site.wait(forStats: "a fourth room") { $0.limited == 2 && $0.presences == 3 }
    try site.device("third").join("a")
    try site.wait(forStats: "a third client") { $0.limited == 3 && $0.clients == 2 }
    try valve.say("")
    try site.wait(for: "an empty room") { site.observer.count("c") == 0 }
    try site.device("fourth").join("a")
    try site.wait("a", holds: "fourth", "pump")
  }
}
