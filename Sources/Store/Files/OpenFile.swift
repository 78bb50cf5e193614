import CSQLite

/// Opens a database for one thread. The caller closes the handle.
///
/// - Parameter patience: how long a call waits where another process holds it; milliseconds.
/// - Throws: ``StoreError/unopenable(path:reason:)``, or ``StoreError/unavailable(path:reason:)``.
func openFile(_ path: String, _ flags: Int32, patience: Int32) throws(StoreError) -> OpaquePointer {
  var opened: OpaquePointer?
  let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
  guard code == SQLITE_OK, let opened else {
    // Also a handle that could not be opened has the reason, and is to be closed.
    let reason = opened.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
    let words = reason ?? "out of memory"
    sqlite3_close_v2(opened)
    throw StoreError.mayPass(code)
      ? .unavailable(path: path, reason: words) : .unopenable(path: path, reason: words)
  }
  sqlite3_extended_result_codes(opened, 1)
  sqlite3_busy_timeout(opened, patience)
  return opened
}
