import CSQLite

/// The subscriptions that the broker may still hold for our session.
extension Database {
  /// The filters as last kept.
  public func filters() throws(StoreError) -> [String] {
    let rows = try Statement(handle, "SELECT name FROM filter")
    var filters: [String] = []
    while try rows.next() {
      if let bytes = rows.bytes(0) { filters.append(String(decoding: bytes, as: UTF8.self)) }
    }
    return filters
  }

  /// Keeps the filters that are about to be subscribed, in place of those kept before.
  public func keep(filters: [String]) throws(StoreError) {
    try transaction { () throws(StoreError) in
      try execute("DELETE FROM filter")
      let insert = try Statement(handle, "INSERT OR IGNORE INTO filter VALUES (?)")
      for filter in filters {
        var copy = filter
        let result = copy.withUTF8 { bytes in
          Result { () throws(StoreError) in
            insert.bind(UnsafeRawBufferPointer(bytes), at: 1)
            try insert.run()
          }
        }
        try result.get()
      }
    }
  }
}
