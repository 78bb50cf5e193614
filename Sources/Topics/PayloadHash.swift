/// A number that tells payloads apart, the same in every run: 64-bit FNV-1a (RFC 9923). It is kept in the
/// database to know a retained status again.
public enum PayloadHash {
  public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
