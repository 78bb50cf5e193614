/// A number that tells what a source has said apart, the same in every run: 64-bit FNV-1a (RFC 9923). It is kept
/// in the database to know a retained message again, and with it what the configuration made of it.
public struct ReportHash {
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  public init() {}

  public mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // A byte that is in no UTF-8: where one part ends and the next begins counts, too.
    value = (value ^ 0xff) &* 0x100_0000_01b3
  }

  public mutating func add(_ number: Int64) {
    withUnsafeBytes(of: number.littleEndian) { add($0) }
  }
}
