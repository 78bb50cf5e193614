import Foundation
import Testing
import Topics

/// What Home Assistant is told, and where.
@Suite struct DiscoveryTests {
  private let topics = DiscoveryTopics(prefix: "homeassistant", root: "presence")

  private func config(_ component: DiscoveryComponent, _ room: String) throws -> [String: Any] {
    let writer = DiscoveryWriter(
      names: TopicNames(root: "presence"), topics: topics, version: "1.2")
    let payload = writer.write(component, of: borrowed(room))
    return try #require(try JSONSerialization.jsonObject(with: Data(payload)) as? [String: Any])
  }

  private func kind(_ topic: String) -> DiscoveryTopics.Topic? { topics.read(borrowed(topic)) }

  @Test func `a room that is occupied is a binary sensor`() throws {
    let config = try config(.binarySensor, "a/Küche 1")
    let words: [String: String] = [
      "name": "Occupancy", "device_class": "occupancy",
      "unique_id": "rollcall-presence.a_2fK_c3_bcche_201.occupancy",
      "object_id": "a_2fK_c3_bcche_201_occupancy",
      "default_entity_id": "binary_sensor.a_2fK_c3_bcche_201_occupancy",
      "state_topic": "presence/count/a/Küche 1", "availability_topic": "presence/bridge/status",
      "value_template": "{{ 'ON' if value | int(0) > 0 else 'OFF' }}",
    ]
    for (key, word) in words { #expect(config[key] as? String == word, "\(key)") }
    #expect(Set(config.keys) == Set(words.keys).union(["device", "origin"]))
  }

  @Test func `the number of its members is a sensor with their names as attributes`() throws {
    let config = try config(.sensor, "lab")
    let words: [String: String] = [
      "name": "Members", "state_class": "measurement",
      "unique_id": "rollcall-presence.lab.members", "object_id": "lab_members",
      "default_entity_id": "sensor.lab_members", "icon": "mdi:account-multiple",
      "state_topic": "presence/count/lab", "json_attributes_topic": "presence/occupancy/lab",
      "availability_topic": "presence/bridge/status",
    ]
    for (key, word) in words { #expect(config[key] as? String == word, "\(key)") }
    #expect(
      Set(config.keys)
        == Set(words.keys).union(["device", "origin", "json_attributes_template"]))
  }

  @Test(arguments: ["lab", "a/b c", #"say "hi" \ {{ 1 }} ~"#, "Küche", "厨房"])
  func `both share a device that bears the room's name`(room: String) throws {
    let both = try DiscoveryComponent.allCases.map { try config($0, room) }
    let devices = try both.map { try #require($0["device"] as? [String: Any]) }
    #expect(NSDictionary(dictionary: devices[0]).isEqual(to: devices[1]))
    #expect(devices[0]["name"] as? String == room)
    #expect(devices[0]["sw_version"] as? String == "1.2")
    #expect((devices[0]["identifiers"] as? [String])?.count == 1)
    #expect((both[0]["origin"] as? [String: String])?["name"] == "Rollcall")
    #expect(both[0]["unique_id"] as? String != both[1]["unique_id"] as? String)
  }

  /// An entity's id has at most 255 characters, its component and what Home Assistant appends included.
  @Test(arguments: [200, 201, 256])
  func `a long room has an entity id of bounded length, and of its own`(bytes: Int) throws {
    let rooms = ["a", "b"].map { String(repeating: "x", count: bytes - 1) + $0 }
    for component in DiscoveryComponent.allCases {
      let configs = try rooms.map { try config(component, $0) }
      for key in ["object_id", "default_entity_id"] {
        let ids = configs.compactMap { $0[key] as? String }
        #expect(ids[0] != ids[1] && ids.allSatisfy { $0.count < 230 })
        #expect(ids[0].contains(rooms[0]) == (bytes == 200))
      }
      let ids = configs.compactMap { $0["unique_id"] as? String }
      #expect(ids[0].contains(rooms[0]) && ids[0] != ids[1])
    }
  }

  static let roots = [
    ("presence", "rollcall-presence"), ("a/b", "rollcall-a_2fb"), ("a_2fb", "rollcall-a_5f2fb"),
    ("é", "rollcall-_c3_a9"),
  ]

  @Test(arguments: roots)
  func `the node is one safe level, and another for every root`(root: String, node: String) {
    let topics = DiscoveryTopics(prefix: "x/y", root: root)
    #expect(topics.node == node)
    #expect(topics.filter == "x/y/+/\(node)/+/config")
    #expect(topics.status == "x/y/status")
    #expect(DiscoveryTopics(filter: topics.filter) == topics)
  }

  @Test(arguments: [
    "presence/clients/+/status", "homeassistant/status", "a/+/node/+/config",
    "+/rollcall-a/+/config",
    "a/b/rollcall-a/+/config", "a/+/rollcall-a b/+/config", "a/+/rollcall-a/+/state", "/+/config",
  ])
  func `no other filter is taken for ours`(filter: String) {
    #expect(DiscoveryTopics(filter: filter) == nil)
  }

  @Test func `a topic tells the component and the room`() {
    for component in DiscoveryComponent.allCases {
      let topic = topics.config(component, of: borrowed("a/b c"))
      #expect(
        text(topic) == "homeassistant/\(component.rawValue)/rollcall-presence/a_2fb_20c/config")
      #expect(topics.read(borrowed(topic)) == .config(component, room: Array("a/b c".utf8)))
    }
    #expect(kind("homeassistant/status") == .status)
  }

  @Test(arguments: [
    "switch/rollcall-presence/lab/config", "sensor/rollcall-presence/la_/config",
    "sensor/rollcall-presence/a_2f/config", "sensor/rollcall-presence/status/config",
    "sensor/rollcall-presence//config", "/rollcall-presence/lab/config",
  ])
  func `under our node, what stands for no room is a stray`(rest: String) {
    #expect(kind("homeassistant/\(rest)") == .stray)
  }

  @Test(arguments: [
    "homeassistant/sensor/rollcall-other/lab/config", "homeassistant/sensor/lab/config",
    "homeassistant/sensor/rollcall-presence/lab/state", "homeassistant/status/x", "homeassistant",
    "homeassistant/sensor/rollcall-presence/a/b/config", "other/status", "homeassistantx/status",
  ])
  func `what others say is theirs`(topic: String) {
    #expect(kind(topic) == nil)
  }
}
