import Foundation
import RecordingDisk

/// A disk that lost its power after so many of the recorded calls: what was not synced may be there, be missing, or be
/// there in parts.
struct PowerCut {
  /// What becomes of a write that was not synced.
  enum Fate: CaseIterable {
    case kept, lost, torn
  }

  private struct File {
    var durable: [UInt8]?
    /// What was asked for since, in order.
    var pending: [recorded] = []
  }

  private static let sector = 512
  private var files = [File](repeating: File(), count: 3)
  private var random: Generator

  init(after calls: Int64, seed: UInt64) {
    random = Generator(state: seed)
    for index in 0..<calls { take(recording_at(index)) }
  }

  private mutating func take(_ record: recorded) {
    let number = Int(record.file)
    switch recorded_kind(UInt32(record.kind)) {
    case RECORDED_SYNC:
      let pending = files[number].pending
      files[number].pending = []
      for one in pending { apply(one, to: number) }
      // SQLite syncs the directory with a new file.
      files[number].durable = files[number].durable ?? []
    case RECORDED_DELETE where record.place != 0:
      files[number] = File()
    case RECORDED_MARK: break
    default: files[number].pending.append(record)
    }
  }

  private mutating func apply(_ record: recorded, to number: Int) {
    var bytes = files[number].durable ?? []
    switch recorded_kind(UInt32(record.kind)) {
    case RECORDED_TRUNCATE: bytes = Self.resized(bytes, to: Int(record.place))
    case RECORDED_DELETE:
      files[number].durable = nil
      return
    default:
      let data = UnsafeBufferPointer(start: record.bytes, count: Int(record.length))
      Self.write(data[...], at: Int(record.place), to: &bytes)
    }
    files[number].durable = bytes
  }

  private static func resized(_ bytes: [UInt8], to size: Int) -> [UInt8] {
    Array(bytes.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - bytes.count))
  }

  private static func write(
    _ data: Slice<UnsafeBufferPointer<UInt8>>, at place: Int, to bytes: inout [UInt8]
  ) {
    if bytes.count < place + data.count { bytes = resized(bytes, to: place + data.count) }
    bytes.replaceSubrange(place..<place + data.count, with: data)
  }

  /// Writes the files as the disk has them afterwards.
  mutating func restore(to path: String) throws {
    for (number, suffix) in ["", "-journal", "-wal"].enumerated() {
      let pending = files[number].pending
      let fate = Fate.allCases.randomElement(using: &random) ?? .lost
      for record in pending { settle(record, number, fate) }
      guard let bytes = files[number].durable else { continue }
      try Data(bytes).write(to: URL(fileURLWithPath: path + suffix))
    }
  }

  private mutating func settle(_ record: recorded, _ number: Int, _ fate: Fate) {
    switch fate {
    case .kept: apply(record, to: number)
    case .lost: break
    case .torn:
      if record.kind == RECORDED_WRITE.rawValue {
        tear(record, number)
      } else if Bool.random(using: &random) {
        apply(record, to: number)
      }
    }
  }

  /// Some of its sectors.
  private mutating func tear(_ record: recorded, _ number: Int) {
    var bytes = files[number].durable ?? []
    let data = UnsafeBufferPointer(start: record.bytes, count: Int(record.length))
    let end = Int(record.place) + data.count
    var place = Int(record.place)
    while place < end {
      let next = min(end, (place / Self.sector + 1) * Self.sector)
      if Bool.random(using: &random) {
        let part = data[place - Int(record.place)..<next - Int(record.place)]
        Self.write(part, at: place, to: &bytes)
      }
      place = next
    }
    files[number].durable = bytes
  }
}
