/// The fields of a Protocol Buffers message, one after another (protobuf.dev, Encoding).
///
/// A generated library would build the whole message, thousands of metrics of them, to tell one number; this
/// walks over the bytes and keeps none. Groups are no longer part of the language and in no Sparkplug payload:
/// they are unsound, as is whatever ends too early.
struct ProtobufFields {
  enum Value {
    case varint(UInt64)
    /// A string, bytes, or a message.
    case bytes(UnsafeRawBufferPointer)
    /// Four or eight bytes, which nothing here needs.
    case fixed
  }

  private let message: UnsafeRawBufferPointer
  private var at = 0
  /// Whether everything read so far was well formed. Known for the whole message once ``next()`` is nil.
  private(set) var isSound = true

  init(_ message: UnsafeRawBufferPointer) { self.message = message }

  /// The next field; `nil` at the end, and at the first thing that is unsound.
  mutating func next() -> (number: UInt64, value: Value)? {
    guard isSound, at < message.count else { return nil }
    guard let tag = varint(), tag >> 3 > 0, tag <= UInt32.max, let value = value(type: tag & 7)
    else {
      isSound = false
      return nil
    }
    return (tag >> 3, value)
  }

  private mutating func value(type: UInt64) -> Value? {
    switch type {
    case 0: varint().map { .varint($0) }
    case 1: take(8).map { _ in .fixed }
    case 2: varint().flatMap { take($0) }.map { .bytes($0) }
    case 5: take(4).map { _ in .fixed }
    default: nil
    }
  }

  /// Seven bits a byte, the lowest first; at most 64 in all.
  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard at < message.count else { return nil }
      let byte = message[at]
      at += 1
      if shift == 63, byte > 1 { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  private mutating func take(_ count: UInt64) -> UnsafeRawBufferPointer? {
    guard count <= UInt64(message.count - at) else { return nil }
    let end = at + Int(count)
    defer { at = end }
    return UnsafeRawBufferPointer(rebasing: message[at..<end])
  }
}
