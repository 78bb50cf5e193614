/// The elements of a JSON array, and where each ends: so that it can be cut to a size without
/// being written again.
struct JSONList {
  private var json = JSONWriter()
  private var ends: [Int] = []

  /// The elements with their commas, without the brackets.
  var bytes: [UInt8] { json.bytes }
  var count: Int { ends.count }

  mutating func append(_ write: (inout JSONWriter) -> Void) {
    write(&json)
    ends.append(json.bytes.count)
  }

  /// As many elements from the first as take at most `maxBytes`.
  func prefix(_ maxBytes: Int) -> ArraySlice<UInt8> {
    bytes[..<(ends.last { $0 <= maxBytes } ?? 0)]
  }

  /// As ``prefix(_:)``, but never all of them.
  func shorter(_ maxBytes: Int) -> ArraySlice<UInt8> { prefix(min(maxBytes, bytes.count - 1)) }
}
