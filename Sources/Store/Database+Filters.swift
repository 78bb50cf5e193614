import CSQLite

/// The filters that are kept, and those that are to be kept with the next commit.
struct KeptFilters {
  /// As the file has them.
  var stored: [String] = []
  /// `nil`: ``stored`` is what is to be kept.
  private(set) var waiting: [String]?
  /// The transaction that is under way has written them.
  private var isWritten = false

  var newest: [String] { waiting ?? stored }

  mutating func keep(_ filters: [String]) { (waiting, isWritten) = (filters, false) }

  mutating func wrote() { isWritten = true }

  /// The transaction has come to its end.
  mutating func ended(isCommitted: Bool) {
    if isCommitted, isWritten, let filters = waiting { (stored, waiting) = (filters, nil) }
    isWritten = false
  }

  /// Another file has taken the place of the one that was read.
  mutating func moved(to filters: [String]) {
    waiting = newest == filters ? nil : newest
    stored = filters
  }
}

/// The subscriptions that the broker may still hold for our session.
extension Database {
  /// The filters as last kept.
  public var filters: [String] { subscriptions.newest }

  /// Keeps the filters that are about to be subscribed, in place of those kept before: now, or with the next commit
  /// where the disk has not answered the last one.
  public func keep(filters: [String]) throws(StoreError) {
    let before = subscriptions
    subscriptions.keep(filters)
    guard !isOrphaned, !isSyncing, !isLost else { return }
    let isPart = isCommitting
    do throws(StoreError) {
      try transaction { () throws(StoreError) in try putFilters() }
    } catch {
      subscriptions = before
      throw error
    }
    if !isPart { subscriptions.ended(isCommitted: true) }
  }

  func storedFilters() throws(StoreError) -> [String] {
    let rows = try Statement(handle, "SELECT name FROM filter")
    var filters: [String] = []
    while try rows.next() {
      if let bytes = rows.bytes(0) { filters.append(String(decoding: bytes, as: UTF8.self)) }
    }
    return filters
  }

  /// Within a transaction.
  func putFilters() throws(StoreError) {
    guard let filters = subscriptions.waiting else { return }
    defer { subscriptions.wrote() }
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
