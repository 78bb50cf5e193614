/// A room as its topic names it: bytes, compared and sorted as bytes.
struct RoomName: Hashable, Comparable, Sendable {
  let bytes: [UInt8]

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
  init(_ text: String) { bytes = Array(text.utf8) }

  static func < (left: RoomName, right: RoomName) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  /// Fit for a terminal.
  var text: String { printable(bytes) }
  /// A JSON string.
  var json: String { jsonString(String(decoding: bytes, as: UTF8.self)) }
}

extension RoomName {
  /// The room in a topic that begins with `prefix`; `nil` when it does not.
  init?(_ topic: [UInt8], under prefix: String) {
    guard topic.starts(with: prefix.utf8) else { return nil }
    self.init(topic.dropFirst(prefix.utf8.count))
  }
}
