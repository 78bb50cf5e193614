import CSQLite

/// One prepared statement, used again and again.
///
/// Bytes are bound without a copy: they have to last until ``run()`` or ``reset()``, which is why the
/// binding calls are made within the scope that lends them.
final class Statement {
  private let handle: OpaquePointer
  private let database: OpaquePointer

  init(_ database: OpaquePointer, _ sql: String) throws(StoreError) {
    var handle: OpaquePointer?
    let code = sqlite3_prepare_v3(
      database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard code == SQLITE_OK, let handle else {
      throw StoreError.failed("prepare", database)
    }
    self.handle = handle
    self.database = database
  }

  deinit { sqlite3_finalize(handle) }

  func bind(_ value: Int64, at position: Int32) { sqlite3_bind_int64(handle, position, value) }

  func bind(real value: Double, at position: Int32) { sqlite3_bind_double(handle, position, value) }

  /// Binds integers at the first positions.
  func bind(integers: Int64...) {
    for (place, value) in integers.enumerated() { bind(value, at: Int32(place + 1)) }
  }

  func bind(_ value: Int64?, at position: Int32) {
    if let value { bind(value, at: position) } else { sqlite3_bind_null(handle, position) }
  }

  func bind(_ bytes: UnsafeRawBufferPointer?, at position: Int32) {
    guard let bytes else {
      sqlite3_bind_null(handle, position)
      return
    }
    if bytes.count == 0 {
      sqlite3_bind_zeroblob(handle, position, 0)
    } else {
      sqlite3_bind_blob(handle, position, bytes.baseAddress, Int32(bytes.count), nil)
    }
  }

  /// Runs a statement that answers nothing.
  func run() throws(StoreError) {
    let code = sqlite3_step(handle)
    sqlite3_reset(handle)
    guard code == SQLITE_DONE else { throw StoreError.failed("step", database) }
  }

  /// Takes the next row, if there is one.
  func next() throws(StoreError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw StoreError.failed("step", database)
    }
  }

  func reset() { sqlite3_reset(handle) }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

  func optionalInteger(_ column: Int32) -> Int64? {
    sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : integer(column)
  }

  /// A blob's bytes, valid until the next call; `nil` for NULL.
  func bytes(_ column: Int32) -> UnsafeRawBufferPointer? {
    guard sqlite3_column_type(handle, column) != SQLITE_NULL else { return nil }
    let start = sqlite3_column_blob(handle, column)
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }
}

extension StoreError {
  /// The error that the connection holds after a call that failed.
  static func failed(_ call: String, _ database: OpaquePointer?) -> StoreError {
    let reason = sqlite3_errmsg(database).map { String(cString: $0) } ?? "out of memory"
    return .failed(
      call: "sqlite3_\(call)", code: sqlite3_extended_errcode(database), reason: reason)
  }

  /// Whether SQLite found the file itself to be wrong, or our own statements to fit no table: then the
  /// tables are not as we made them.
  var isDamage: Bool {
    switch self {
    case .damaged: true
    case .failed(_, let code, _):
      [SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR].contains(code & 0xff)
    default: false
    }
  }

  /// Whether a result code of SQLite is about the moment, and not about the file.
  static func mayPass(_ code: Int32) -> Bool {
    [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM].contains(code & 0xff)
  }

  /// Whether a lock of another process kept SQLite from doing it.
  var isBusy: Bool {
    guard case .failed(_, let code, _) = self else { return false }
    return [SQLITE_BUSY, SQLITE_LOCKED].contains(code & 0xff)
  }
}
