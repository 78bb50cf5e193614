import Testing

@testable import Bridge

@Suite("An explanation")
struct ExplanationTests {
  private static let configuration = """
    offline_grace 2s
    source custom doors
    status doors/{room}/{client}/state
    heartbeat doors/{room}/{client}/ping
    online open
    offline closed
    timeout 11m
    exclusive on
    assign me lab
    source custom fridges
    status fridge/{client}
    sleeping dozing
    """

  private func lines(_ topic: String, _ payload: String = "") throws -> [String] {
    Explanation(topic: topic, payload: payload, try parsed(Self.configuration)).lines
      .map { $0.split(separator: " ").joined(separator: " ") }
  }

  static let messages: [(String, String, [String])] = [
    (
      "doors/hall/front/state", "open",
      [
        "source custom doors (line 2), as doors/{room}/{client}/state", "client doors:front",
        "rooms hall", "event online, for 11m of silence, leaving every other room",
      ]
    ),
    (
      "doors/hall/front/state", "closed",
      [
        "source custom doors (line 2), as doors/{room}/{client}/state", "client doors:front",
        "rooms hall", "event leaves the room; if it is in no other, it is offline",
      ]
    ),
    (
      "doors/hall/front/ping", "",
      [
        "source custom doors (line 2), as doors/{room}/{client}/ping", "client doors:front",
        "event heartbeat, if the client is known",
      ]
    ),
    (
      "fridge/f", "dozing",
      [
        "source custom fridges (line 10), as fridge/{client}", "client fridges:f",
        "rooms fridges", "event asleep, for 1d of silence",
      ]
    ),
    (
      "fridge/f", "open",
      [
        "source custom fridges (line 10), as fridge/{client}",
        "ignored invalid: it is none of the source's words",
      ]
    ),
    ("fridge/f/g", "open", ["ignored no source reads this topic"]),
    (
      "presence/users/ann/clients/me/status", #"{"state":"online","rooms":["a"],"timeout":0}"#,
      [
        "source native", "client me of user ann", "rooms a, lab", "event online, until its will",
      ]
    ),
    (
      "presence/clients/x/status", "offline",
      ["source native", "client x", "event offline, after 2s without a sign of life"]
    ),
    (
      "presence/clients/x/rooms/a/b", "join",
      ["source native", "client x", "rooms a/b", "event joins the room"]
    ),
    (
      "presence/clients/x/status", "on",
      ["ignored invalid: none of online, offline, empty and a JSON object"]
    ),
    (
      "presence/clients/x/rooms/lab", "in",
      ["ignored invalid: none of join, leave, empty and a JSON object"]
    ),
    (
      "presence/count/x", "1",
      ["ignored the bridge's own, or the broker's: it says nothing of a client"]
    ),
    (
      "presence/clients/x/rooms/status", "join",
      [
        "ignored invalid: a level of the room is status, heartbeat or rooms"
      ]
    ),
  ]

  @Test("sets several clients of one message apart")
  func several() throws {
    let configuration = try parsed("source espresense\nroom {room}")
    let payload = #"{"id":"phone","distance":1.5}"#
    let lines = Explanation(
      topic: "espresense/devices/phone/hall", payload: payload, configuration
    ).lines
    let parts = lines.split(separator: "", omittingEmptySubsequences: false)
    #expect(lines.count { $0.hasPrefix("client") } > 1)
    #expect(parts.count == lines.count { $0.hasPrefix("client") })
  }

  @Test("says source, client, rooms and event, or why there is none", arguments: messages)
  func message(topic: String, payload: String, expected: [String]) throws {
    #expect(try lines(topic, payload) == expected)
  }
}
