import Topics

/// Room for one name with its namespace, `tasmota:plug-7`, written again for each message.
final class NameBuffer {
  private let bytes = UnsafeMutableRawBufferPointer.allocate(
    byteCount: Names.maxLevelBytes, alignment: 8)
  private let prefix: Int

  /// - Precondition: the namespace is shorter than a level may be.
  init(namespace: String) {
    let start = Array(namespace.utf8) + [UInt8(ascii: ":")]
    prefix = start.count
    bytes.copyBytes(from: start)
  }

  deinit { bytes.deallocate() }

  /// The whole name, valid until the next call; `nil`: it is longer than a level may be.
  @inline(__always)
  func name(_ id: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard prefix + id.count <= bytes.count else { return nil }
    UnsafeMutableRawBufferPointer(rebasing: bytes[prefix...]).copyMemory(from: id)
    return UnsafeRawBufferPointer(rebasing: bytes[..<(prefix + id.count)])
  }
}
