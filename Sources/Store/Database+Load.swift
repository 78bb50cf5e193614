import CSQLite
import Presence
import Topics

extension BridgeRow {
  /// 0: never.
  static let times: ClosedRange<Int64> = 0...(1 << 53)
  /// 2023: a clock that says so, or earlier, has not been set.
  private static let earliest: Int64 = 1_672_531_200_000

  /// What is written of ``aliveAt``, whatever the clock shows, so that it can be read.
  var writtenAliveAt: Int64 { min(max(1, aliveAt), Self.times.upperBound) }

  /// Whether the clock has gone on from where it was at the last commit, as far as that can be told.
  public func isContinued(at now: Now) -> Bool {
    aliveAt == 0 || aliveAt >= Self.earliest && now.wall >= aliveAt
  }

  /// The time with which the times that are kept are to be compared. Where the clock is not the same as then, nobody
  /// knows how long the bridge was away: that time is not counted.
  func time(of now: Now) -> Now {
    isContinued(at: now) ? now : Now(instant: now.instant, wall: aliveAt)
  }
}

extension Database {
  /// What the last bridge left beside its rows.
  public func bridgeRow() throws(StoreError) -> BridgeRow {
    do {
      let statement = try Statement(handle, "SELECT revision, alive_at, dropped FROM bridge")
      guard try statement.next() else {
        throw StoreError.damaged(path: path, reason: "no bridge row")
      }
      var row = BridgeRow(revision: statement.integer(0), aliveAt: statement.integer(1))
      row.dropped = statement.integer(2) < 0 ? nil : statement.integer(2)
      guard Revision.all.contains(row.revision), BridgeRow.times.contains(row.aliveAt) else {
        throw StoreError.damaged(path: path, reason: "a bridge row that cannot be")
      }
      return row
    } catch {
      guard let error = error as? StoreError else { preconditionFailure("rows throw nothing else") }
      throw loading(error)
    }
  }

  /// Reads every row into an empty engine.
  ///
  /// - Throws: ``StoreError/damaged(path:reason:)`` when SQLite finds the file corrupt, or a row
  ///   refers to nothing.
  public func load(into engine: inout Engine, at now: Now) throws(StoreError) {
    let then = try bridgeRow().time(of: now)
    do {
      try closeGaps()
      try loadRooms(into: &engine, at: then)
      try loadClients(into: &engine, at: then)
      try loadMemberships(into: &engine)
    } catch let error as RestoreError {
      throw .damaged(path: path, reason: "\(error.row) does not fit the rest")
    } catch let error as StoreError {
      throw loading(error)
    } catch {
      preconditionFailure("rows throw nothing else")
    }
    engine.finishRestoring(at: now)
  }

  /// A call that failed because the file is corrupt is damage.
  private func loading(_ error: StoreError) -> StoreError {
    guard error.isDamage, case .failed(_, _, let reason) = error else { return error }
    return .damaged(path: path, reason: reason)
  }

  private func loadRooms(into engine: inout Engine, at now: Now) throws {
    let rows = try Statement(handle, "SELECT id, name, revision, emptied_at FROM room")
    while try rows.next() {
      let row = RoomRow(
        id: try number(rows.integer(0)), name: try roomName(rows.bytes(1)),
        revision: rows.integer(2), emptiedAt: rows.optionalInteger(3))
      try engine.restore(row, at: now)
    }
  }

  private func loadClients(into engine: inout Engine, at now: Now) throws {
    let rows = try Statement(
      handle,
      """
      SELECT id, user, name, state, mark, timeout, epoch, death_hash, birth_hash, unconfirmed, data,
        asleep, gateway, gated, returns_alone, said_death
      FROM client
      """)
    while try rows.next() {
      var row = ClientRow(
        id: try number(rows.integer(0)), user: try rows.bytes(1).map(level),
        name: try level(rows.bytes(2)), state: try number(rows.integer(3)),
        mark: rows.integer(4), timeout: rows.integer(5), epoch: rows.integer(6),
        deathHash: try number(rows.integer(7)),
        birthHash: try number(rows.integer(8)),
        isUnconfirmed: rows.integer(9) != 0, data: rows.bytes(10).map { [UInt8]($0) })
      row.isAsleep = rows.integer(11) != 0
      row.gateway = try number(rows.integer(12))
      row.isGated = rows.integer(13) != 0
      row.returnsAlone = rows.integer(14) != 0
      row.saidDeath = rows.integer(15) != 0
      try engine.restore(row, at: now)
    }
  }

  private func loadMemberships(into engine: inout Engine) throws {
    let rows = try Statement(handle, "SELECT id, client, room, state, since, data FROM membership")
    while try rows.next() {
      let row = MembershipRow(
        id: try number(rows.integer(0)),
        client: try number(rows.integer(1)),
        room: try number(rows.integer(2)),
        state: try number(rows.integer(3)), since: rows.integer(4),
        data: rows.bytes(5).map { [UInt8]($0) })
      try engine.restore(row)
    }
  }

  private func number<Number: FixedWidthInteger>(_ value: Int64) throws(StoreError) -> Number {
    guard let number = Number(exactly: value) else {
      throw .damaged(path: path, reason: "a number too large: \(value)")
    }
    return number
  }

  /// A name that no topic could have is damage, too: it was never heard.
  private func roomName(_ bytes: UnsafeRawBufferPointer?) throws(StoreError)
    -> UnsafeRawBufferPointer
  {
    try named(bytes, Names.problem(ofRoom:))
  }

  private func level(_ bytes: UnsafeRawBufferPointer?) throws(StoreError) -> UnsafeRawBufferPointer
  {
    try named(bytes, Names.problem(ofLevel:))
  }

  private func named(
    _ bytes: UnsafeRawBufferPointer?, _ problem: (UnsafeRawBufferPointer) -> TopicProblem?
  ) throws(StoreError) -> UnsafeRawBufferPointer {
    guard let bytes else { throw .damaged(path: path, reason: "a row without a name") }
    guard let problem = problem(bytes) else { return bytes }
    throw .damaged(path: path, reason: "a name of \(bytes.count) bytes: \(problem.words)")
  }
}
