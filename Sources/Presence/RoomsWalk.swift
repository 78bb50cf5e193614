/// Finds the rooms whose names begin in some way, in the order of their names, a page at a time.
///
/// There is no index of names in order, which would cost every room that comes and goes; so all rooms are looked
/// at, so many a call, and only the first ones behind a name are kept.
public struct RoomsWalk: Equatable, Sendable {
  /// How long a page is at most.
  public static let pageLimit = 1_000

  private let prefix: [UInt8]
  private let after: [UInt8]?
  private let limit: Int
  fileprivate var next: Int32 = 0
  private var names: [[UInt8]] = []
  private var isCut = false

  public init(prefix: [UInt8], after: [UInt8]?, limit: Int) {
    self.prefix = prefix
    self.after = after
    self.limit = min(max(0, limit), Self.pageLimit)
  }

  /// The page, and whether more follow.
  fileprivate mutating func finish() -> (names: [[UInt8]], more: Bool) {
    cut()
    return (names, isCut)
  }

  fileprivate mutating func take(_ name: UnsafeRawBufferPointer) {
    guard name.starts(with: prefix), after?.lexicographicallyPrecedes(name) ?? true else { return }
    if isCut, let last = names.last, names.count == limit, !name.lexicographicallyPrecedes(last) {
      return
    }
    names.append([UInt8](name))
    if names.count >= 2 * limit + 64 { cut() }
  }

  private mutating func cut() {
    names.sort { $0.lexicographicallyPrecedes($1) }
    guard names.count > limit else { return }
    names.removeLast(names.count - limit)
    isCut = true
  }
}

extension Engine {
  /// Looks at some more rooms, at most `budget`; what is left of it is returned there.
  ///
  /// - Returns: the rooms that are shown or occupied, with their counts; `nil`: not all have been looked at.
  public func advance(
    _ walk: inout RoomsWalk, budget: inout Int
  ) -> (rooms: [(name: [UInt8], count: Int)], more: Bool)? {
    while walk.next < roomCapacity {
      guard budget > 0 else { return nil }
      budget -= 1
      let room = walk.next
      walk.next += 1
      guard isThere(room) else { continue }
      roomNames.withName(room) { walk.take($0) }
    }
    let (names, more) = walk.finish()
    let rooms = names.compactMap { name in
      name.withUnsafeBytes { findRoom($0) }.map { (name, figures(of: $0).count) }
    }
    return (rooms, more)
  }

  private func isThere(_ room: Int32) -> Bool {
    roomNames.isTaken(room) && (isShown(room) || rooms[Int(room)].count > 0)
  }

  /// The rooms that a client is present in, in the order of their names, and since when it is in the first of
  /// them, in milliseconds since 1970; `nil` where it is in none.
  public func rooms(of who: Who) -> (names: [[UInt8]], since: Int64?) {
    var names: [[UInt8]] = []
    var since: Int64?
    var membership = find(who).map { clients[Int($0)].firstMembership } ?? -1
    while membership >= 0 {
      let it = memberships[membership]
      if it.state == .present {
        roomNames.withName(it.room) { names.append([UInt8]($0)) }
        since = min(since ?? it.since, it.since)
      }
      membership = it.nextOfClient
    }
    return (names.sorted { $0.lexicographicallyPrecedes($1) }, since)
  }
}
