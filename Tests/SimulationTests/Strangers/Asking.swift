import Bridge
import Presence

/// Questions, good and bad, and where their answers are to go; Home Assistant's birth.
extension Strangers {
  private static let questions = [
    "\"members\":{\"room\":\"lab\"}", "\"rooms\":{}", "\"rooms\":{\"prefix\":\"a\",\"limit\":1}",
    "\"rooms_of\":{\"client\":\"d0\"}", "\"members\":{\"room\":\"a\\uffff\"}", "\"members\":5", "",
    "\"history\":{\"room\":\"lab\",\"since\":\"1h\"}", "\"rooms\":{\"limit\":1e300}",
    "\"rooms\":{\"prefix\":\"\\ud800\"}", "\"members\":{\"room\":\"none\"},\"rooms\":{}",
  ]

  private static let places =
    [
      "asker/1", "presence/answers/1", "presence/answers/a/b", "presence",
      "presence/clients/d0/status",
      "presence/bridge/status", "presence/occupancy/lab", "presence/query", "presence/bridge/fence",
      "homeassistant/status", "homeassistant/sensor/rollcall-presence/lab/config", "$SYS/x",
      "a/+", "#", "", "\u{1}", "a//b", String(repeating: "a/", count: 250) + "a",
      String(repeating: "a", count: 3_000),
    ] + Malformed.noncharacters + Malformed.noncharacters.map { "presence/answers/\($0)" }

  func ask() {
    let place = random.pick(Self.places)
    let topic = Array(place.utf8)
    expectsAnswer(on: topic)
    let isProperty = random.chance(0.5)
    var members = [random.pick(Self.questions)].filter { !$0.isEmpty }
    if !isProperty { members.append("\"reply\":\"\(place)\"") }
    if random.chance(0.5) { members.append("\"qos\":\(random.pick(["0", "1", "1", "2"]))") }
    if random.chance(0.5) { members.append("\"id\":\(random.pick(["1", "\"a\"", "1e300", "{}"]))") }
    let payload =
      random.chance(0.1) ? Malformed.junk(&random) : "{\(members.joined(separator: ","))}"
    var message = Message(
      "presence/query", Array(payload.utf8), isAcknowledged: false, isRetained: random.chance(0.1))
    // The broker validates a property as it does a topic.
    if isProperty, Wire.takes(topic) { message.reply = ReplyAddress(topic: topic) }
    for _ in 0..<random.pick([1, 1, 1, 150]) { say(message) }
  }

  func beHomeAssistant() {
    switch random.below(4) {
    case 0: say("homeassistant/status", "offline", isRetained: true)
    case 1: say("homeassistant/status", random.pick(["", "x", "ONLINE"]), isRetained: true)
    default: say("homeassistant/status", "online", isRetained: random.chance(0.5))
    }
  }
}
