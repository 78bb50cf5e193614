/// Writes the payload of `events/{room}`.
public enum EventWriter {
  /// The message, however long: see ``split(room:added:removed:updated:maxNames:maxBytes:)``.
  public static func write(_ input: EventInput) -> [UInt8] {
    var json = JSONWriter(reserving: 512)
    json.beginObject()
    json.key("room")
    json.string(input.room)
    json.key("revision")
    json.integer(input.revision)
    json.key("previous")
    json.integer(input.previous)
    json.key("count")
    json.integer(input.count)
    write("added", input.added, to: &json)
    write("removed", input.removed, to: &json)
    write("updated", input.updated, to: &json)
    json.key("bulk")
    json.bool(input.bulk)
    json.key("at")
    json.time(millisecondsSince1970: input.at)
    json.endObject()
    return json.bytes
  }

  private static func write(
    _ name: StaticString, _ entries: ArraySlice<EventEntry>, to json: inout JSONWriter
  ) {
    json.key(name)
    json.beginArray()
    for entry in entries { write(entry, to: &json) }
    json.endArray()
  }

  static func write(_ entry: EventEntry, to json: inout JSONWriter) {
    json.beginObject()
    json.key("client")
    json.string(entry.client)
    if let user = entry.user {
      json.key("user")
      json.string(user)
    }
    if let reason = entry.reason {
      json.key("reason")
      json.word(reason.word)
    }
    json.endObject()
  }
}
