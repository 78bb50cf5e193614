/// What one connection can say to make work for the bridge: each load is a stream of packets at a rate.
struct HostileLoad {
  let name: String
  /// Messages a second.
  let rate: Int
  /// The packets of the message of a number.
  let packets: @Sendable (Int) -> [UInt8]

  static let all: [HostileLoad] = [
    status("data_objects", rate: 300, data: #""a":["# + list("{}", 2_600) + "]"),
    status("data_numbers", rate: 300, data: #""a":["# + list("1e9", 1_900) + "]"),
    status(
      "data_escapes", rate: 300,
      data: #""a":""# + String(repeating: #"\u00e9"#, count: 1_280) + #"""#),
    status(
      "data_depth", rate: 300,
      data: #""a":"# + String(repeating: "[", count: 120) + String(repeating: "]", count: 120)),
    status(
      "data_members", rate: 300,
      data: (0..<700).map { #""k\#(699 - $0)":1"# }.joined(separator: ",")),
    message("junk", rate: 1_000, "clients/evil/status", String(repeating: "{", count: 8_000)),
    message(
      "heartbeats_of_8k", rate: 1_000, "clients/evil/heartbeat",
      "{" + list(#""a":1"#, 1_300) + "}"),
    HostileLoad(name: "rooms_of_64", rate: 300) { number in
      let rooms = (0..<64).map { #""bench/evil-\#(number % 2)-\#($0)""# }.joined(separator: ",")
      return publish("clients/evil/status", #"{"state":"online","timeout":0,"rooms":[\#(rooms)]}"#)
    },
    HostileLoad(name: "room_after_room", rate: 3_000) { number in
      publish("clients/evil/rooms/bench/evil-\(number / 2)", number % 2 == 0 ? "join" : "leave")
    },
    HostileLoad(name: "client_after_client", rate: 1_000) { number in
      let data = String(repeating: "x", count: 7_000)
      return publish(
        "clients/evil-\(number)/status",
        #"{"state":"online","timeout":1,"rooms":["bench/evil"],"data":{"a":"\#(data)"}}"#)
    },
    HostileLoad(name: "flapping", rate: 5_000) { number in
      publish("clients/evil/rooms/bench/evil", number % 2 == 0 ? "join" : "leave")
    },
    message(
      "questions", rate: 3_000, "query",
      #"{"rooms":{"prefix":"bench"},"reply":"presence/answers/evil"}"#),
    message("foreign_topics", rate: 10_000, "clients/evil/no/such/topic", "x"),
    HostileLoad(name: "heartbeats", rate: 30_000) { _ in publish("clients/evil/heartbeat", "") },
  ]

  private static func list(_ element: String, _ count: Int) -> String {
    Array(repeating: element, count: count).joined(separator: ",")
  }

  private static func status(_ name: String, rate: Int, data: String) -> HostileLoad {
    HostileLoad(name: name, rate: rate) { number in
      publish(
        "clients/evil/status",
        #"{"state":"online","rooms":["bench/evil"],"data":{"n":\#(number),\#(data)}}"#)
    }
  }

  private static func message(
    _ name: String, rate: Int, _ topic: String, _ payload: String
  ) -> HostileLoad {
    HostileLoad(name: name, rate: rate) { _ in publish(topic, payload) }
  }

  private static func publish(_ topic: String, _ payload: String) -> [UInt8] {
    var packet: [UInt8] = []
    RawPublisher.appendPublish("presence/\(topic)".utf8, payload.utf8, to: &packet)
    return packet
  }
}
