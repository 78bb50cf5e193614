import MQTT
import TestSupport
import Testing

/// What retained topics of sources are worth when a bridge comes back, or comes anew.
@Suite(.serialized)
struct SourceRestartTests {
  private static let tags = "source custom tags\nstatus tags/{room}/{client}\n"
  private static let doors = "source custom doors\nstatus doors/{client}\n"

  @Test("Who is there at a restart of the bridge stays there, and nothing is announced again")
  func restart() throws {
    let site = try Site(.v5, sources: Self.tags + Self.doors)
    let tag = try site.speaker("speaker")
    try tag.client.publish("tags/hall/a", "online", retain: true)
    try tag.client.publish("tags/lab/a", "online", retain: true)
    try tag.client.publish("tags/attic/a", "offline", retain: true)
    try tag.client.publish("doors/front", "online", retain: true)
    try site.wait("hall", holds: "tags:a")
    try site.wait("lab", holds: "tags:a")
    try site.wait("doors", holds: "doors:front")
    try site.bridge.kill()
    site.observer.forget()
    try site.bridge.start()
    try site.wait(for: "the bridge again") { site.bridge.isLive }
    try site.flush()
    for room in ["hall", "lab", "doors"] { #expect(try site.observer.words(room) == []) }
  }

  @Test(
    "A new bridge takes everybody in from the retained topics, in whatever order they come",
    arguments: [ProtocolVersion.v5, .v311])
  func takenIn(version: ProtocolVersion) throws {
    let site = try Site(version)
    let tag = try site.speaker("speaker")
    try tag.client.publish("tags/attic/a", "offline", retain: true)
    try tag.client.publish("tags/hall/a", "online", retain: true)
    try tag.client.publish("tags/lab/a", "online", retain: true)
    try tag.client.publish("tags/zoo/a", "offline", retain: true)
    try tag.client.publish("doors/front", "online", retain: true)
    try tag.client.publish("doors/back", "offline", retain: true)
    try site.bridge.stop()
    let other = try BridgeProcess(
      port: site.broker.port, ["client_id": "other"], sources: Self.tags + Self.doors)
    try site.wait(for: "another bridge") { other.isLive }
    try site.wait("hall", holds: "tags:a")
    try site.wait("lab", holds: "tags:a")
    try site.wait("doors", holds: "doors:front")
    #expect(site.observer.count("attic") == nil)
  }

  @Test("Who moved while the bridge was away is where the retained topics say, in any order")
  func moved() throws {
    let site = try Site(.v5, sources: Self.tags + "exclusive on\n")
    let tag = try site.speaker("speaker")
    for (client, from) in [("a", "hall"), ("b", "lab"), ("c", "hall")] {
      try tag.client.publish("tags/\(from)/\(client)", "online", retain: true)
    }
    try site.wait("hall", holds: "tags:a", "tags:c")
    try site.wait("lab", holds: "tags:b")
    try site.bridge.stop()
    // The session is lost, and with it what is said meanwhile: only the retained topics tell.
    let thief = TestClient(site.broker, id: "rollcall-presence") { $0.cleanStart = true }
    try thief.connect()
    try thief.disconnect()
    for (client, from, to) in [("a", "hall", "lab"), ("b", "lab", "hall")] {
      try tag.client.publish("tags/\(from)/\(client)", "offline", retain: true)
      try tag.client.publish("tags/\(to)/\(client)", "online", retain: true)
    }
    // A topic that nobody took back says nothing against the room that c is known to be in.
    try tag.client.publish("tags/attic/c", "online", retain: true)
    try site.bridge.start()
    try site.wait(for: "the bridge again") { site.bridge.isLive }
    try site.wait("hall", holds: "tags:b", "tags:c")
    try site.wait("lab", holds: "tags:a")
    #expect(site.observer.count("attic") == nil)
  }

  @Test("Who was seen to expire stays gone, though the topics of several rooms still say online")
  func expired() throws {
    let sources = Self.tags + "timeout 1s\n"
    let site = try Site(.v5, sources: sources)
    let tag = try site.speaker("speaker")
    try tag.client.publish("tags/hall/a", "online", retain: true)
    try tag.client.publish("tags/lab/a", "online", retain: true)
    try site.wait("lab", holds: "tags:a")
    try site.wait(for: "an empty hall") { site.observer.count("hall") == 0 }
    try site.wait(for: "an empty lab") { site.observer.count("lab") == 0 }
    try site.bridge.stop()
    site.observer.forget()
    try site.bridge.start()
    try site.wait(for: "the bridge again") { site.bridge.isLive }
    try site.flush()
    for room in ["hall", "lab"] { #expect(try site.observer.words(room) == []) }
  }

  @Test("Another room in the configuration, also where each room has a topic")
  func configuredRooms() throws {
    let site = try Site(.v5, sources: Self.tags)
    let tag = try site.speaker("speaker")
    try tag.client.publish("tags/hall/a", "online", retain: true)
    try tag.client.publish("tags/lab/a", "online", retain: true)
    try site.wait("lab", holds: "tags:a")
    try site.bridge.stop()
    try site.bridge.replace(sources: Self.tags + "room floor-1/{room}\n")
    try site.bridge.start()
    for room in ["hall", "lab"] {
      try site.wait("floor-1/\(room)", holds: "tags:a")
      try site.wait(for: "an empty room") { site.observer.count(room) == 0 }
    }
  }

  @Test("A client of several rooms keeps them with a new one by hand, or a new connection")
  func anotherClaim() throws {
    let sources = Self.tags + "epoch boot\nfield state\n"
    let site = try Site(.v5, sources: sources)
    let tag = try site.speaker("speaker")
    func say(_ boot: Int) throws {
      for room in ["hall", "lab"] {
        try tag.client.publish(
          "tags/\(room)/a", #"{"state":"online","boot":\#(boot)}"#, retain: true)
      }
    }
    try say(1)
    try site.wait("lab", holds: "tags:a")
    try site.bridge.stop()
    try Self.endSession(site)
    try say(2)
    try site.bridge.start()
    try site.wait(for: "the bridge again") { site.bridge.isLive }
    try site.flush()
    try site.bridge.stop()
    try site.bridge.replace(sources: sources + "assign tags:a roof\n")
    try site.bridge.start()
    try site.wait("roof", holds: "tags:a")
    try site.flush()
    #expect(try site.observer.removed() == [])
  }

  @Test("Rooms that are assigned no more are left, whosever client it is, and new ones entered")
  func reassigned() throws {
    let sources = Self.doors + Self.tags + "exclusive on\n"
    let site = try Site(
      .v5, sources: sources + "assign tags:a roof attic\nassign me roof\nassign doors:b roof\n")
    let tag = try site.speaker("me")
    try tag.client.publish("tags/hall/a", "online", retain: true)
    try tag.client.publish("presence/clients/me/status", "online", retain: true)
    try tag.client.publish("doors/b", "online", retain: true)
    try site.wait("roof", holds: "doors:b", "me", "tags:a")
    // Away, it would come back to the rooms that it had.
    try tag.client.publish("doors/b", "offline", retain: true)
    try site.wait("roof", holds: "me", "tags:a")
    try site.bridge.kill()
    try site.bridge.replace(sources: sources + "assign tags:a attic cellar\n")
    try site.bridge.start()
    try site.wait("cellar", holds: "tags:a")
    try site.wait("attic", holds: "tags:a")
    try site.wait(for: "an empty roof") { site.observer.count("roof") == 0 }
    try tag.client.publish("doors/b", "online", retain: true)
    try site.wait("doors", holds: "doors:b")
    #expect(site.observer.count("roof") == 0)
    site.observer.forget()
    try site.bridge.kill()
    try site.bridge.start()
    try site.wait(for: "the bridge again") { site.bridge.isLive }
    try site.flush()
    #expect(try site.observer.removed() == [])
  }

  @Test("Another room in the configuration is another claim")
  func configured() throws {
    let site = try Site(.v5, sources: Self.doors)
    let door = try site.speaker("front")
    try door.client.publish("doors/front", "online", retain: true)
    try site.wait("doors", holds: "doors:front")
    try site.bridge.stop()
    try site.bridge.replace(sources: Self.doors + "room floor-1\n")
    try site.bridge.start()
    try site.wait("floor-1", holds: "doors:front")
    try site.wait(for: "an empty room") { site.observer.count("doors") == 0 }
  }

  @Test(
    "Who was there by a source that is configured no more, or reads other topics, is forgotten",
    arguments: ["", "source esphome\nnamespace esp\n", "source esphome\nprefix other\n"])
  func forgotten(sources: String) throws {
    let site = try Site(.v5, sources: Self.tags + "source esphome\n")
    let lamp = try site.speaker("lamp")
    try lamp.client.publish("tags/hall/a", "online", retain: true)
    try lamp.client.publish("lamp/status", "online", retain: true)
    try lamp.client.publish("other/plug/status", "online", retain: true)
    try site.wait("esphome", holds: "esphome:lamp")
    try site.wait("hall", holds: "tags:a")
    try site.bridge.stop()
    try site.bridge.replace(sources: Self.tags + sources)
    try site.bridge.start()
    try site.wait(for: "the bridge again") { site.bridge.isLive }
    let now = sources.isEmpty ? [] : [sources.contains("esp\n") ? "esp:lamp" : "esphome:plug"]
    try site.wait(for: "\(now) alone") {
      try site.observer.count("esphome") == now.count && site.observer.clients("esphome") == now
    }
    try site.wait("hall", holds: "tags:a")
    #expect(try site.observer.removed() == ["esphome:lamp forgotten"])
    // Killed and started again, it finds nothing more to forget.
    try site.bridge.kill()
    site.observer.forget()
    try site.bridge.start()
    try site.wait(for: "the bridge again") { site.bridge.isLive }
    try site.flush()
    #expect(try site.observer.removed() == [])
  }

  @Test("A source that is configured no more is no longer subscribed to")
  func dropped() throws {
    let site = try Site(.v5, sources: Self.doors)
    try site.bridge.stop()
    try site.bridge.replace(sources: "")
    try site.bridge.start()
    try site.wait(for: "the bridge again") { site.bridge.isLive }
    try site.flush()
    let before = try site.observer.stats()?.received ?? 0
    let door = try site.speaker("front")
    try door.client.publish("doors/front", "online")
    try site.flush()
    // The marker's join, and no more.
    try site.wait(forStats: "the marker") { $0.received >= before + 1 }
    #expect(try site.observer.stats()?.invalid == 0)
  }

  /// Ends the bridge's session at the broker, and what it would still be sent.
  private static func endSession(_ site: Site) throws {
    let thief = TestClient(site.broker, id: "rollcall-presence") { $0.cleanStart = true }
    try thief.connect()
    try thief.disconnect()
  }

  @Test("Who came back while the bridge had no session is there, and so is what a gateway carries")
  func cameBack() throws {
    let site = try Site(.v5, sources: Self.doors + "source zigbee2mqtt\n")
    let door = try site.speaker("front")
    let topics = ["doors/front", "zigbee2mqtt/bridge/state", "zigbee2mqtt/lamp/availability"]
    for topic in topics { try door.client.publish(topic, "online", retain: true) }
    try site.wait("zigbee2mqtt", holds: "zigbee2mqtt:lamp")
    for topic in topics.dropLast() { try door.client.publish(topic, "offline", retain: true) }
    for room in ["doors", "zigbee2mqtt"] {
      try site.wait(for: "an empty room") { site.observer.count(room) == 0 }
    }
    try site.bridge.stop()
    try Self.endSession(site)
    for topic in topics { try door.client.publish(topic, "online", retain: true) }
    try site.bridge.start()
    try site.wait("doors", holds: "doors:front")
    try site.wait("zigbee2mqtt", holds: "zigbee2mqtt:lamp")
  }

  @Test("A device whose will is not retained does not come back by the birth that still is")
  func willNotRetained() throws {
    let site = try Site(.v5, sources: Self.doors)
    let door = try site.speaker("front")
    try door.client.publish("doors/front", "online", retain: true)
    try site.wait("doors", holds: "doors:front")
    try door.client.publish("doors/front", "offline")
    try site.wait(for: "an empty room") { site.observer.count("doors") == 0 }
    site.observer.forget()
    try site.bridge.stop()
    try site.bridge.start()
    try site.wait(for: "the bridge again") { site.bridge.isLive }
    try site.flush()
    #expect(try site.observer.words("doors") == [])
  }

  @Test(
    "Who was back at a broker that forgets before the bridge was stays, and who was not goes",
    arguments: [("doors", ""), ("tags", ""), ("tags", "exclusive on\n")])
  func backFirst(name: String, more: String) throws {
    let source = (name == "doors" ? Self.doors : Self.tags) + more
    let site = try Site(.v5, ["heartbeat_timeout": "2s"], sources: source)
    let start = name == "doors" ? "doors" : "tags/doors"
    let door = try site.speaker("front")
    for client in ["front", "back"] {
      try door.client.publish("\(start)/\(client)", "online", retain: true)
    }
    try site.wait("doors", holds: "\(name):back", "\(name):front")
    try site.bridge.kill()
    try site.broker.kill()
    try site.broker.start()
    try door.client.connect()
    try door.client.publish("\(start)/front", "online", retain: true)
    try site.bridge.start()
    try site.observer.connect()
    try site.wait("doors", holds: "\(name):front")
    #expect(try site.observer.removed() == ["\(name):back expired"])
  }
}
