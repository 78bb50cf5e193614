import Glibc

/// Bytes that are written one after the other, many a few at a time.
///
/// An array asks at each append whether it is shared, and keeps up to twice the memory that it needs. This does
/// neither: what comes out has its own size, as it may be kept for as long as a client is.
struct ByteSink: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  /// - Parameter capacity: bytes that there is room for before it grows.
  init(capacity: Int) {
    self.capacity = max(16, capacity)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// All that was written.
  var bytes: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    if count == capacity { grow(by: 1) }
    base[count] = byte
    count += 1
  }

  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    if count + bytes.count > capacity { grow(by: bytes.count) }
    if bytes.count < 8 {
      for at in 0..<bytes.count { base[count + at] = bytes[at] }
    } else {
      memcpy(base + count, start, bytes.count)
    }
    count += bytes.count
  }

  mutating func append(_ byte: UInt8, times: Int) {
    guard times > 0 else { return }
    if count + times > capacity { grow(by: times) }
    memset(base + count, Int32(byte), times)
    count += times
  }

  mutating func append(_ scalar: Unicode.Scalar) {
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte) }
  }

  private mutating func grow(by more: Int) {
    let larger = max(2 * capacity, count + more)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    moved.update(from: base, count: count)
    base.deallocate()
    (base, capacity) = (moved, larger)
  }
}
