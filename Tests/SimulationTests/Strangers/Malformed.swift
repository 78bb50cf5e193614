import Presence

/// Names that are none, and payloads that say nothing.
enum Malformed {
  static let names: [String] =
    noncharacters + [
      "\u{85}", "\u{7F}",
      "\u{1}", "a\u{0}b", "a+b", "#", "+", "$x", "", "a//b", "/a", "a/", "status", "x/heartbeat",
      "x/rooms", String(repeating: "n", count: 129), String(repeating: "n/", count: 150) + "n",
      String(repeating: "é", count: 129), "\u{FEFF}x", "a\u{202E}b", "\u{D7FF}", "e\u{301}",
    ]

  /// UTF-8 has them, and MQTT need not.
  static let noncharacters = [0xFFFF, 0xFFFE, 0xFDD0, 0xFDEF, 0x1FFFE, 0x10FFFF].compactMap {
    Unicode.Scalar(UInt32($0)).map { "x\($0)" }
  }

  /// Text in JSON that decodes to no Unicode, or to a name that is none.
  static let escapes = [
    "\\ud800", "\\udc00x", "\\ud800\\ud800", "\\uffff", "\\u0000", "\\ud83f\\udffe", "\\u", "\\x",
    "\\ufdd0", "a\\/b", "\\u007f", "\\u0085",
  ]

  static let values = [
    "5", "-1", "1e300", "-0", "1e400", "9007199254740991", "9007199254740992",
    "9223372036854775808",
    "-9223372036854775809", "0.05", "0.1", "31622400", "31622401", "1e-320", "NaN", "Infinity",
    "\"5\"", "true", "null", "[]", "{}", "[5]", "{\"a\":1}", "0x10", "01", "1.", ".5", "1e",
    "\"\\ud800\"",
  ]

  static let members = ["state", "rooms", "epoch", "timeout", "data", "action", "user", "extra"]

  static func junk(_ random: inout SplitMix64) -> String {
    switch random.below(9) {
    case 0: "[" + String(repeating: "{},", count: 2_600) + "{}]"
    case 1: String(repeating: "[", count: 4_000)
    case 2: String(repeating: "{\"a\":", count: 150) + "1" + String(repeating: "}", count: 150)
    case 3: "\u{FEFF}{\"state\":\"online\"}"
    case 4: "{\"state\":\"online\",\"state\":\"offline\"}"
    case 5: "{\"state\":\"online\""
    case 6: String(repeating: "x", count: 9_000)
    case 7:
      "{\"state\":\"online\",\"data\":{\"n\":[" + String(repeating: "1e5,", count: 1_900) + "1]}}"
    default: " \r\n"
    }
  }

  static func object(_ random: inout SplitMix64) -> String {
    var parts: [String] = []
    for member in members where random.chance(0.3) {
      parts.append("\"\(member)\":\(random.pick(values))")
    }
    if random.chance(0.5) { parts.append("\"state\":\"\(random.pick(["online", "offline"]))\"") }
    if random.chance(0.5) { parts.append("\"rooms\":[\(room(&random))]") }
    return "{\(parts.joined(separator: ","))}"
  }

  static func room(_ random: inout SplitMix64) -> String {
    random.chance(0.5)
      ? "\"\(random.pick(escapes))\"" : "\"m/\(random.pick(names))\", \"\(random.pick(names))\""
  }
}

extension Strangers {
  func sayMalformed() {
    let name = random.chance(0.3) ? random.pick(Malformed.names) : "m\(random.below(4))"
    let who =
      random.chance(0.3)
      ? "users/\(random.pick(Malformed.names))/clients/\(name)" : "clients/\(name)"
    let room = random.chance(0.5) ? "m/\(random.below(3))" : random.pick(Malformed.names)
    let kind = random.pick(["status", "status", "status", "heartbeat", "rooms/\(room)", "x", ""])
    var message = Message(
      "presence/\(who)/\(kind)", Array(payload().utf8), isAcknowledged: random.chance(0.8),
      isRetained: random.chance(0.5))
    if random.chance(0.1) { message.payload += [0xC0, 0x80, 0xFF] }
    say(message)
  }

  private func payload() -> String {
    switch random.below(5) {
    case 0: Malformed.junk(&random)
    case 1:
      random.pick([
        "online", "offline", "ONLINE\n", "join", "leave", "", "on", "null", "\"online\"",
      ])
    default: Malformed.object(&random)
    }
  }

  /// Good words at the ends of what is allowed.
  func sayExtreme() {
    let topic = "presence/clients/e\(random.below(3))"
    let epoch = random.pick([0, 1, 1 << 31, 1 << 53 - 2, 1 << 53 - 1])
    let timeout = random.pick(["0", "0.1", "0.100001", "31622400", "31622399.999999", "1e-1", "3"])
    let state = random.pick(["online", "online", "offline"])
    if random.chance(0.3) {
      let beat = "{\"epoch\":\(epoch),\"timeout\":\(timeout)}"
      return say("\(topic)/heartbeat", beat, atLeastOnce: false)
    }
    let rooms = (0..<random.below(5)).map { "\"e/\($0)\"" }.joined(separator: ",")
    say(
      "\(topic)/status",
      "{\"state\":\"\(state)\",\"epoch\":\(epoch),\"timeout\":\(timeout),\"rooms\":[\(rooms)]}",
      isRetained: true)
  }
}
