/// A part of a change that is too large for one event: which of the clients it names.
public struct EventChunk: Equatable, Sendable {
  public var added: Range<Int>
  public var removed: Range<Int>
  public var updated: Range<Int>

  public init(added: Range<Int>, removed: Range<Int>, updated: Range<Int>) {
    self.added = added
    self.removed = removed
    self.updated = updated
  }

  /// How many clients it names.
  public var count: Int { added.count + removed.count + updated.count }
}

extension EventWriter {
  /// An event names at most so many clients (contract: Out).
  public static let maxNames = 500

  /// Cuts a change into events that each name at most `maxNames` clients and take at most
  /// `maxBytes`, in the order added, removed, updated; everybody is in exactly one of them. One
  /// chunk: no need for `bulk`. (A client whose entry alone is too long gets an event of its own.)
  public static func split(
    room: UnsafeRawBufferPointer, added: [EventEntry], removed: [EventEntry],
    updated: [EventEntry], maxNames: Int = maxNames, maxBytes: Int
  ) -> [EventChunk] {
    var splitter = Splitter(maxNames: maxNames, maxBytes: maxBytes - emptyBytes(room))
    splitter.take(added, in: \.added)
    splitter.take(removed, in: \.removed)
    splitter.take(updated, in: \.updated)
    return splitter.finish()
  }

  /// The longest event that names nobody, as the numbers are known only later.
  private static func emptyBytes(_ room: UnsafeRawBufferPointer) -> Int {
    write(EventInput(room: room, revision: .max, previous: .max, count: .max, at: 0)).count
  }
}

private struct Splitter {
  let maxNames: Int
  let maxBytes: Int
  var chunks: [EventChunk] = []
  var chunk = EventChunk(added: 0..<0, removed: 0..<0, updated: 0..<0)
  var bytes = 0
  var scratch = JSONWriter()

  mutating func take(_ entries: [EventEntry], in list: WritableKeyPath<EventChunk, Range<Int>>) {
    for (index, entry) in entries.enumerated() {
      // With its comma, of which an event has one less.
      let size = size(of: entry) + 1
      if chunk.count > 0, chunk.count == maxNames || bytes + size > maxBytes { cut() }
      bytes += size
      chunk[keyPath: list] = chunk[keyPath: list].lowerBound..<index + 1
    }
  }

  mutating func finish() -> [EventChunk] {
    if chunk.count > 0 { chunks.append(chunk) }
    return chunks
  }

  private mutating func cut() {
    chunks.append(chunk)
    chunk = EventChunk(
      added: chunk.added.upperBound..<chunk.added.upperBound,
      removed: chunk.removed.upperBound..<chunk.removed.upperBound,
      updated: chunk.updated.upperBound..<chunk.updated.upperBound)
    bytes = 0
  }

  private mutating func size(of entry: EventEntry) -> Int {
    scratch.removeAll()
    EventWriter.write(entry, to: &scratch)
    return scratch.bytes.count
  }
}
