import MQTT
import TestSupport
import Testing

/// Custom sources through a real broker: what is not said on the clients' own topics.
@Suite(.serialized)
struct SourceTests {
  private static let doors = """
    source custom doors
    status doors/{client}/state
    heartbeat doors/{client}/ping
    online open
    offline closed
    sleeping dozing
    room floor/{client}

    """

  private static let tags = """
    source custom tags
    status tags/{room}/{client}

    """

  @Test(
    "A birth on a source's topic puts a client in its room, and its will takes it out",
    arguments: [ProtocolVersion.v5, .v311])
  func birthAndWill(version: ProtocolVersion) throws {
    let site = try Site(version, sources: Self.doors)
    let door = try site.speaker("front", will: ("doors/front/state", "closed"))
    try door.client.publish("doors/front/state", "open", retain: true)
    try site.wait("floor/front", holds: "doors:front")
    door.vanish()
    try site.wait(for: "an empty room") { site.observer.count("floor/front") == 0 }
    #expect(
      try site.observer.words("floor/front") == ["+doors:front joined", "-doors:front offline"])
  }

  @Test("The stats say how many messages each source has read, and `check` what it may read")
  func figures() throws {
    let site = try Site(.v5, sources: Self.doors + Self.tags)
    let door = try site.speaker("front")
    try door.client.publish("doors/front/state", "open", retain: true)
    try door.client.publish("doors/front/state", "ajar")
    try site.wait("floor/front", holds: "doors:front")
    try site.wait(for: "the figures") {
      site.observer.newest("bridge/stats")?.text.contains(#""sources":{"doors":2,"tags":0}"#)
        == true
    }
    let file = site.bridge.directory.file("rollcall.conf")
    let check = try ProgramRun.run("check", "--config", file)
    #expect(
      check.lines.filter { $0.hasPrefix("topic ") } == [
        "topic read doors/+/state", "topic read doors/+/ping", "topic read tags/+/+",
      ])
    let filter = try ProgramRun.run("check", "--config", file, "--explain", "doors/#")
    #expect(filter.status == .code(2) && filter.errors.contains("'doors/#': a filter"))
  }

  @Test("A client of a source lives by its heartbeats, and expires without them")
  func heartbeats() throws {
    let site = try Site(.v5, ["heartbeat_timeout": "1s"], sources: Self.doors)
    let door = try site.speaker("front")
    try door.client.publish("doors/front/state", "open", retain: true)
    try site.wait("floor/front", holds: "doors:front")
    for _ in 0..<6 {
      try site.run(for: .milliseconds(300))
      try door.client.publish("doors/front/ping", "", qos: .atMostOnce)
    }
    #expect(try site.observer.words("floor/front") == ["+doors:front joined"])
    try site.wait(for: "an empty room") { site.observer.count("floor/front") == 0 }
    #expect(try site.observer.words("floor/front").last == "-doors:front expired")
    try door.client.publish("doors/front/ping", "", qos: .atMostOnce)
    try site.wait("floor/front", holds: "doors:front")
    try door.client.publish("doors/front/state", "", retain: true)
    try site.wait(for: "an empty room") { site.observer.count("floor/front") == 0 }
    #expect(try site.observer.words("floor/front").last == "-doors:front forgotten")
  }

  @Test("A client that sleeps stays, past the timeout of those that are awake")
  func sleeping() throws {
    let site = try Site(.v5, sources: Self.doors + "timeout 500ms\nsleep_timeout 2s\n")
    let door = try site.speaker("front")
    try door.client.publish("doors/front/state", "dozing", retain: true)
    try site.wait("floor/front", holds: "doors:front")
    #expect(site.observer.newest("occupancy/floor/front")?.text.contains(#""asleep":true"#) == true)
    try site.run(for: .milliseconds(1500))
    try site.expectNobodyRemoved()
    try site.wait(for: "an empty room") { site.observer.count("floor/front") == 0 }
    try door.client.publish("doors/front/state", "open", retain: true)
    try site.wait("floor/front", holds: "doors:front")
    #expect(site.observer.newest("occupancy/floor/front")?.text.contains("asleep\":true") == false)
  }

  @Test("What is not the source's changes nothing, and is counted")
  func counted() throws {
    let site = try Site(.v5, sources: Self.doors + Self.tags + "epoch boot\nfield state\n")
    let door = try site.speaker("front")
    try door.client.publish("doors/front/state", "ajar")
    try door.client.publish("tags/hall/a", #"{"state":"online","boot":5}"#)
    try site.wait("hall", holds: "tags:a")
    try door.client.publish("tags/hall/a", #"{"state":"offline","boot":4}"#)
    try door.client.publish("tags/attic/a", #"{"state":"offline","boot":5}"#)
    try site.wait(forStats: "them") { $0.invalid == 1 && $0.stale == 2 }
    try site.expectNobodyRemoved()
  }

  @Test("A client is in each room whose topic says so, and offline when the last takes it back")
  func severalRooms() throws {
    let site = try Site(.v5, sources: Self.tags)
    let tag = try site.speaker("speaker")
    try tag.client.publish("tags/hall/a", "online", retain: true)
    try tag.client.publish("tags/lab/a", "online", retain: true)
    try site.wait("hall", holds: "tags:a")
    try site.wait("lab", holds: "tags:a")
    try tag.client.publish("tags/hall/a", "offline", retain: true)
    try site.wait(for: "an empty hall") { site.observer.count("hall") == 0 }
    try tag.client.publish("tags/lab/a", "", retain: true)
    try site.wait(for: "an empty lab") { site.observer.count("lab") == 0 }
    #expect(try site.observer.words("hall").last == "-tags:a left")
    #expect(try site.observer.words("lab").last == "-tags:a forgotten")
  }

  @Test("A word of an earlier connection takes a client out of none of its rooms, live or replayed")
  func earlierConnection() throws {
    let site = try Site(.v5, sources: Self.tags + "epoch boot\nfield state\n")
    let tag = try site.speaker("tag")
    func say(_ state: String, _ boot: Int, in room: String) throws {
      try tag.client.publish(
        "tags/\(room)/a", #"{"state":"\#(state)","boot":\#(boot)}"#, retain: true)
    }
    for room in ["hall", "lab"] { try say("online", 5, in: room) }
    try site.wait("lab", holds: "tags:a")
    try say("offline", 4, in: "hall")
    try site.wait(forStats: "a stale word") { $0.stale == 1 }
    try site.expectNobodyRemoved()
    try site.bridge.stop()
    site.observer.forget()
    try site.bridge.start()
    try site.wait(forStats: "a stale replay") { $0.stale == 1 }
    try site.expectNobodyRemoved()
    try say("offline", 5, in: "hall")
    try site.wait(for: "an empty hall") { site.observer.count("hall") == 0 }
    #expect(try site.observer.removed() == ["tags:a left"])
  }

  @Test("Leaving the last room and entering the next within the grace period is a move")
  func handover() throws {
    let site = try Site(.v5, ["offline_grace": "2s"], sources: Self.tags)
    let tag = try site.speaker("speaker")
    try tag.client.publish("tags/hall/a", "online", retain: true)
    try site.wait("hall", holds: "tags:a")
    try tag.client.publish("tags/hall/a", "offline", retain: true)
    try tag.client.publish("tags/lab/a", "online", retain: true)
    try site.wait("lab", holds: "tags:a")
    try site.wait(for: "an empty hall") { site.observer.count("hall") == 0 }
    #expect(try site.observer.words("hall") == ["+tags:a joined", "-tags:a left"])
  }

  @Test("One room at a time: the next takes the client out of the last; a late word does not")
  func exclusive() throws {
    let site = try Site(.v5, sources: Self.tags + "exclusive on\n")
    let tag = try site.speaker("speaker")
    try tag.client.publish("tags/hall/a", "online", retain: true)
    try site.wait("hall", holds: "tags:a")
    try tag.client.publish("tags/lab/a", "online", retain: true)
    try site.wait("lab", holds: "tags:a")
    try site.wait(for: "an empty hall") { site.observer.count("hall") == 0 }
    #expect(try site.observer.words("hall").last == "-tags:a moved")
    try tag.client.publish("tags/hall/a", "offline", retain: true)
    try site.wait(forStats: "a stale word") { $0.stale == 1 }
    try site.wait("lab", holds: "tags:a")
    try tag.client.publish("tags/lab/a", "offline", retain: true)
    try site.wait(for: "an empty lab") { site.observer.count("lab") == 0 }
    #expect(try site.observer.words("lab").last == "-tags:a offline")
  }

  @Test("Rooms by hand are a source's client's, and also a native one's")
  func assigned() throws {
    let byHand = "assign doors:front lab attic\nassign pump lab\n"
    let site = try Site(.v5, sources: byHand + Self.doors)
    let door = try site.speaker("front")
    try door.client.publish("doors/front/state", "open")
    try site.wait("lab", holds: "doors:front")
    try site.wait("attic", holds: "doors:front")
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["hall"]}"#)
    try site.wait("hall", holds: "pump")
    try site.wait("lab", holds: "doors:front", "pump")
    try pump.say("online")
    try site.flush()
    try site.wait("lab", holds: "doors:front", "pump")
    #expect(site.observer.count("floor/front") == nil)
  }

  @Test("With native off the clients' own topics are not read")
  func nativeOff() throws {
    let site = try Site(.v5, ["native": "off"], sources: Self.doors)
    let pump = try site.device("pump")
    try pump.say(#"{"state":"online","rooms":["hall"]}"#)
    try pump.client.publish("doors/front/state", "open")
    try site.wait("floor/front", holds: "doors:front")
    #expect(site.observer.count("hall") == nil)
    #expect(try site.observer.stats().map { $0.received <= 1 } == true)
  }
}

extension Site {
  /// A client that talks in another system's words, with a will on a topic of that system.
  func speaker(_ name: String, will: (topic: String, payload: String)? = nil) throws -> Device {
    try speaker(
      name,
      will: will.map {
        Will(topic: $0.topic, payload: Array($0.payload.utf8), qos: .atLeastOnce, retain: true)
      })
  }

  func speaker(_ name: String, will: Will?) throws -> Device {
    let device = Device(broker, name) { [version] in
      $0.protocolVersion = version
      $0.will = will
    }
    try device.client.connect()
    adopt(device)
    return device
  }
}
