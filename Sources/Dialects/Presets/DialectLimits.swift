import Topics

/// What dialects that remember keep to, whatever arrives.
enum DialectLimits {
  /// The longest name, in bytes, of which anything is remembered: a level of a topic (contract: limits).
  static let maxName = 128
  /// The longest payload, in bytes, of which JSON is made, which takes many times as much memory. A location may
  /// carry a picture, so it is more than what a client of the native topics may send.
  static let maxJSON = 256 << 10

  /// The members of a payload; `nil`: it is no JSON object, or too long.
  static func members(_ payload: UnsafeRawBufferPointer) -> JSONMembers? {
    payload.count <= maxJSON ? JSONMembers(payload) : nil
  }
}
