import Presence

/// Finds how counts changed while nothing could be written: what the rows come to, before they are replaced,
/// against what the engine says. A part at a time; what changes meanwhile the engine tells.
final class HistoryComparison {
  private enum Stage { case counting, comparing, adding }

  /// What writing costs, where looking at a row or a room costs 1.
  private static let costOfWriting = 8

  private let book: HistoryBook
  private let members, rooms: Statement
  private var stage = Stage.counting
  /// By the number of the room's row.
  private var counts: [Int64: Int64] = [:]
  /// The engine's rooms that have a row.
  private var hasRow: ContiguousArray<Bool> = []
  private var nextRoom: Int32 = 0
  private var isAfterGap = true

  init(_ book: HistoryBook) throws(StoreError) {
    self.book = book
    members = try Statement(book.handle, "SELECT room FROM membership WHERE state = 1")
    rooms = try Statement(book.handle, "SELECT id, name FROM room")
  }

  /// Goes on, as far as `budget` lasts.
  ///
  /// - Returns: whether all rooms have been compared.
  func advance(_ engine: borrowing Engine, _ bridge: BridgeRow, budget: Int) throws(StoreError)
    -> Bool
  {
    let time = try book.come(to: bridge)
    // Where nothing is told of a gap, or nothing was kept, there is nothing to go on from.
    let isBeginning = book.since == HistoryBook.second(at: time)
    isAfterGap = bridge.unknownSince == nil || isBeginning || book.isAfterGap(time, bridge)
    var left = budget
    while left > 0 {
      left -= 1
      switch stage {
      case .counting:
        if try members.next() {
          counts[members.integer(0), default: 0] += 1
        } else {
          stage = .comparing
        }
      case .comparing:
        guard try rooms.next() else {
          stage = .adding
          continue
        }
        if try compare(engine, at: time) { left -= Self.costOfWriting }
      case .adding:
        guard nextRoom < engine.roomCapacity else { return true }
        if try add(nextRoom, engine, at: time) { left -= Self.costOfWriting }
        nextRoom += 1
      }
    }
    return false
  }

  /// - Returns: whether the room's count has changed.
  private func compare(_ engine: borrowing Engine, at time: Int64) throws(StoreError) -> Bool {
    guard let name = rooms.bytes(1) else { return false }
    var count: Int64 = 0
    if let room = engine.findRoom(name) {
      while hasRow.count <= Int(room) { hasRow.append(false) }
      hasRow[Int(room)] = true
      count = Int64(engine.figures(of: room).count)
    }
    let before = counts[rooms.integer(0)] ?? 0
    guard count != before else { return false }
    try book.note(count, before: isAfterGap ? nil : before, of: name, at: time)
    return true
  }

  private func add(_ room: Int32, _ engine: borrowing Engine, at time: Int64) throws(StoreError)
    -> Bool
  {
    guard engine.hasRoom(room), !(Int(room) < hasRow.count && hasRow[Int(room)]) else {
      return false
    }
    let count = Int64(engine.figures(of: room).count)
    guard count > 0 else { return false }
    let before: Int64? = isAfterGap ? nil : 0
    let result = engine.withRoomName(room) { name in
      Result { () throws(StoreError) in try book.note(count, before: before, of: name, at: time) }
    }
    try result.get()
    return true
  }
}
