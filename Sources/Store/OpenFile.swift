import CSQLite

/// Opens a database for one thread, which waits up to 5 s where another process holds it. The caller closes the handle.
///
/// - Throws: ``StoreError/unopenable(path:reason:)``.
func openFile(_ path: String, _ flags: Int32) throws(StoreError) -> OpaquePointer {
  var opened: OpaquePointer?
  let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
  guard code == SQLITE_OK, let opened else {
    // Also a handle that could not be opened has the reason, and is to be closed.
    let reason = opened.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
    sqlite3_close_v2(opened)
    throw .unopenable(path: path, reason: reason ?? "out of memory")
  }
  sqlite3_extended_result_codes(opened, 1)
  sqlite3_busy_timeout(opened, 5_000)
  return opened
}
