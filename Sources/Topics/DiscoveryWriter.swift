/// Writes what Home Assistant is told of a room: one configuration a component, which share a device.
///
/// The long-known form, of which every version with MQTT discovery understands what it needs, and passes over the
/// rest: `default_entity_id` (since 2025.10) stands beside `object_id` (until 2026.3), with the same meaning.
public struct DiscoveryWriter: Sendable {
  private let names: TopicNames
  private let node: String
  /// The device's and the origin's `sw_version`.
  private let version: String

  public init(names: TopicNames, topics: DiscoveryTopics, version: String) {
    self.names = names
    node = topics.node
    self.version = version
  }

  /// The payload of ``DiscoveryTopics/config(_:of:)``. The same room gives the same bytes.
  public func write(_ component: DiscoveryComponent, of room: UnsafeRawBufferPointer) -> [UInt8] {
    let object = String(decoding: ObjectID.write(room), as: UTF8.self)
    var json = JSONWriter(reserving: 1024 + 4 * object.utf8.count + 3 * room.count)
    json.beginObject()
    switch component {
    case .binarySensor: writeOccupancy(room, object, to: &json)
    case .sensor: writeMembers(room, object, to: &json)
    }
    json.text("availability_topic", names.bridgeStatus)
    writeDevice(room, object, to: &json)
    writeOrigin(to: &json)
    json.endObject()
    return json.bytes
  }

  private func writeOccupancy(
    _ room: UnsafeRawBufferPointer, _ object: String, to json: inout JSONWriter
  ) {
    writeNames(.binarySensor, "Occupancy", room, object, "occupancy", to: &json)
    json.text("device_class", "occupancy")
    json.text("state_topic", names.count(room))
    json.text("value_template", "{{ 'ON' if value | int(0) > 0 else 'OFF' }}")
  }

  private func writeMembers(
    _ room: UnsafeRawBufferPointer, _ object: String, to json: inout JSONWriter
  ) {
    writeNames(.sensor, "Members", room, object, "members", to: &json)
    json.text("state_class", "measurement")
    json.text("icon", "mdi:account-multiple")
    json.text("state_topic", names.count(room))
    json.text("json_attributes_topic", names.occupancy(room))
    json.text("json_attributes_template", Self.attributes)
  }

  /// A cleared snapshot is no JSON, hence the last word: no attributes.
  private static let attributes =
    "{{ {'members': value_json.members | map(attribute='client') | list, "
    + "'users': value_json.users, 'anonymous': value_json.anonymous, "
    + "'truncated': value_json.truncated} | to_json if value_json is defined else '{}' }}"

  private func writeNames(
    _ component: DiscoveryComponent, _ name: String, _ room: UnsafeRawBufferPointer,
    _ object: String, _ suffix: String, to json: inout JSONWriter
  ) {
    let entity = "\(Self.short(object, room))_\(suffix)"
    json.text("name", name)
    json.text("unique_id", "\(node).\(object).\(suffix)")
    json.text("object_id", entity)
    json.text("default_entity_id", "\(component.rawValue).\(entity)")
  }

  /// Entity ids end at 255 characters, and where Home Assistant cuts one it may be none any more (2025.2 then
  /// shows no state at all). A long one is its beginning and a number that tells such beginnings apart.
  private static func short(_ object: String, _ room: UnsafeRawBufferPointer) -> String {
    guard object.utf8.count > longestEntity else { return object }
    let number = String(PayloadHash.of(room), radix: 16)
    return "\(object.prefix(longestEntity - 17))-\(number)"
  }

  private static let longestEntity = 200

  private func writeDevice(
    _ room: UnsafeRawBufferPointer, _ object: String, to json: inout JSONWriter
  ) {
    json.key("device")
    json.beginObject()
    json.key("identifiers")
    json.beginArray()
    json.string("\(node).\(object)")
    json.endArray()
    json.key("name")
    json.string(room)
    json.text("manufacturer", "Rollcall")
    json.text("model", "Room")
    json.text("sw_version", version)
    json.endObject()
  }

  private func writeOrigin(to json: inout JSONWriter) {
    json.key("origin")
    json.beginObject()
    json.text("name", "Rollcall")
    json.text("sw_version", version)
    json.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func text(_ name: StaticString, _ text: String) {
    key(name)
    string(text)
  }

  fileprivate mutating func text(_ name: StaticString, _ text: [UInt8]) {
    key(name)
    string(text)
  }
}
