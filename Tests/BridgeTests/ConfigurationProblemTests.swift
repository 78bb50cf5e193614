import Testing

@testable import Bridge

@Suite("A bad configuration")
struct ConfigurationProblemTests {
  static let messages: [(String, String)] = [
    (
      "keepalive 15",
      "x.conf:1: keepalive '15' has no unit (ms, s, m, h or d): write whole seconds from 5s to "
        + "65535s (libmosquitto's limits), e.g. 15s"
    ),
    (
      "publish_interval soon",
      "x.conf:1: publish_interval 'soon' is not a duration: write a duration from 0 to 1h, "
        + "e.g. 100ms"
    ),
    (
      "offline_grace 5min",
      "x.conf:1: offline_grace '5min' has the unit 'min', which is none of ms, s, m, h and d: "
        + "write a duration from 0 to 1d, e.g. 1s"
    ),
    (
      "max_payload 8KB",
      "x.conf:1: max_payload '8KB' has the unit 'KB', which is none of B, KiB and MiB: write a "
        + "size from 16B to 255MiB, e.g. 8KiB"
    ),
    ("protocol 4", "x.conf:1: protocol '4' is not known: write one of auto, 5, 3.1.1"),
    (
      "members_limit many",
      "x.conf:1: members_limit 'many' is not a whole number: write a number from 0 to 100000, "
        + "e.g. 100"
    ),
    ("keepalve 5s", "x.conf:1: unknown key 'keepalve': did you mean 'keepalive'?"),
    ("Max-Rooms 5", "x.conf:1: unknown key 'Max-Rooms': did you mean 'max_rooms'?"),
    (
      "broker",
      "x.conf:1: broker has no value: write mqtt://HOST[:PORT], or mqtts:// for TLS, e.g. "
        + "mqtt://127.0.0.1:1883"
    ),
    (
      "root a\n\nroot a",
      "x.conf:3: root is given twice, first on line 1: keep one of the two lines"
    ),
    (
      "reconnect_max 1s\nreconnect_min 2s",
      "x.conf:2: reconnect_min 2s is more than reconnect_max 1s, but the wait grows from the one "
        + "to the other: write a reconnect_min of at most 1s"
    ),
    ("password_file p", "x.conf:1: password_file without username: write username NAME as well"),
    (
      "broker mqtts://h\nkeyfile k",
      "x.conf:2: keyfile without certfile: write certfile PATH as well, or neither"
    ),
    ("home_assistant yes", "x.conf:1: home_assistant 'yes' is not known: write on or off"),
    (
      "root a\nhome_assistant_prefix a/b",
      "x.conf:2: home_assistant_prefix a/b lies below root a, among Rollcall's own topics: write a "
        + "home_assistant_prefix that does not begin with a/"
    ),
    (
      "home_assistant_prefix a/+",
      "x.conf:1: home_assistant_prefix 'a/+' contains a wildcard ('+' or '#'): write one or more "
        + "topic levels of 1 to 128 bytes, together at most 256, e.g. homeassistant"
    ),
    (
      "cafile ca.pem",
      "x.conf:1: cafile needs TLS: write broker mqtts://HOST, or leave cafile out"
    ),
  ]

  @Test("says where, what is wrong and what would be right", arguments: messages)
  func message(text: String, message: String) { #expect(problems(text) == [message]) }

  static let durations: [String] = [
    "keepalive 4s", "keepalive 65536s", "keepalive 5500ms", "keepalive -5s", "keepalive +5s",
    "session_expiry 0", "session_expiry 4294967295s", "session_expiry 1.5s",
    "reconnect_min 9ms", "reconnect_min 3601s", "reconnect_max 0", "reconnect_max 25h",
    "heartbeat_timeout 99ms", "heartbeat_timeout 367d", "heartbeat_timeout 0",
    "offline_grace 1.d", "offline_grace .5s", "offline_grace 1 s", "offline_grace 86401s",
    "restart_grace 2d", "revive_window 3661d", "forget_after 99999999999999999999d",
    "forget_after 9223372036854775807d", "publish_interval 61m", "empty_room_ttl 3661d",
    "stats_interval 99ms", "stats_interval 0.0", "stats_interval ١s",
    "forget_after 1h\nrevive_window 2h", "session_expiry 5s\nreconnect_max 6s",
  ]

  static let numbersAndNames: [String] = [
    "members_limit 100001", "members_limit -1", "members_limit 99999999999999999999",
    "max_snapshot 1023", "max_snapshot 256MiB", "max_snapshot 1.5KiB", "max_payload 15",
    "max_payload 99999999999999MiB", "max_rooms_per_client 0", "max_clients 0", "max_rooms 0",
    "max_clients 100000001", "max_rooms 1e6", "durability none", "log_level verbose",
    "protocol mqttv5", "root /a", "root a/", "root a//b", "root a/+", "root a#", "root $SYS",
    "root \(String(repeating: "x", count: 129))",
    "client_id \(String(repeating: "x", count: 1025))", "username u\npassword_file",
    "include_dir /etc", "source sensors",
  ]

  static let addresses: [String] = [
    "localhost", "localhost:1883", "mqtt://", "mqtt://:1883", "ws://h", "mqtt://h:0",
    "mqtt://h:65536", "mqtt://h:", "mqtt://h:+1", "mqtt://u@h", "mqtt://h/path", "mqtt://h/?q",
    "mqtt://::1", "mqtt://[::1", "mqtt://[::1]1883", "mqtt://a b", "mqtt://[]",
  ]

  @Test(
    "is refused with one problem",
    arguments: durations + numbersAndNames + addresses.map { "broker \($0)" })
  func refuses(text: String) { #expect(problems(text).count == 1) }

  @Test(
    "is not one with these addresses",
    arguments: [
      ("mqtt://h", "mqtt://h:1883"), ("mqtts://h", "mqtts://h:8883"),
      ("MQTT://h/", "mqtt://h:1883"), ("mqtt://[fe80::1]", "mqtt://[fe80::1]:1883"),
      ("mqtts://[::1]:1", "mqtts://[::1]:1"), ("mqtt://127.0.0.1:65535", "mqtt://127.0.0.1:65535"),
    ])
  func address(text: String, meaning: String) throws {
    #expect(try parsed("broker \(text)").broker.description == meaning)
  }

  @Test("reports everything at once, in the order of the lines")
  func everything() {
    let text = """
      broker localhost
      keepalive 1s
      keepalve 5s
      keepalive 5s
      roof attic
      certfile c
      reconnect_min 5s
      reconnect_max 1s
      """
    let lines = problems(text).map { $0.split(separator: ":")[1] }
    #expect(lines == ["1", "2", "3", "4", "5", "6", "8"])
  }

  @Test("names the keys when none is near the unknown one")
  func nothingNear() {
    let message = problems("listener 1883").first ?? ""
    #expect(message.hasPrefix("x.conf:1: unknown key 'listener': the keys are broker, client_id,"))
  }

  @Test("is compared with the keys by how many letters differ")
  func distances() {
    func distance(_ left: String, _ right: String) -> Int {
      ConfigurationSuggestion.distance(Array(left.utf8), Array(right.utf8))
    }
    #expect(distance("", "") == 0)
    #expect(distance("", "root") == 4)
    #expect(distance("rot", "root") == 1)
    #expect(distance("root", "boot") == 1)
    #expect(distance("root", "roots") == 1)
  }
}
