/// Retained messages, in the order in which their topics first came up.
struct Retained {
  private(set) var messages: [Message] = []
  private var places: [[UInt8]: Int] = [:]

  mutating func put(_ message: Message) {
    if let place = places[message.topic] {
      if !message.payload.isEmpty {
        messages[place] = message
        return
      }
      messages.remove(at: place)
      places = [:]
      for (index, kept) in messages.enumerated() { places[kept.topic] = index }
    } else if !message.payload.isEmpty {
      places[message.topic] = messages.count
      messages.append(message)
    }
  }

  subscript(_ topic: String) -> [UInt8]? { self[Array(topic.utf8)] }

  subscript(_ topic: [UInt8]) -> [UInt8]? { places[topic].map { messages[$0].payload } }
}

/// Topic filters (MQTT 5 section 4.7).
enum TopicFilter {
  static func split(_ filter: [UInt8]) -> [[UInt8]] {
    filter.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Array($0) }
  }

  static func matches(_ filter: [[UInt8]], _ topic: [UInt8]) -> Bool {
    var start = 0
    for (index, level) in filter.enumerated() {
      if level == [UInt8(ascii: "#")] { return true }
      guard start <= topic.count else { return false }
      var end = start
      while end < topic.count, topic[end] != UInt8(ascii: "/") { end += 1 }
      if level != [UInt8(ascii: "+")], !topic[start..<end].elementsEqual(level) { return false }
      start = end + 1
      // `a/#` matches `a`, too; no filter of the bridge's meets that.
      if index == filter.count - 1 { return start > topic.count }
    }
    return false
  }
}
