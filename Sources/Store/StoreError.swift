/// What can be wrong with the database, in words for the operator.
public enum StoreError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be opened or made.
  case unopenable(path: String, reason: String)
  /// The file cannot be opened or made for now: it is locked, the disk is full or fails, or memory is.
  case unavailable(path: String, reason: String)
  /// Another process holds the lock without which nothing can be written; `holders` says who, if that can be seen.
  case locked(path: String, holders: String?)
  /// The file is something else; it is left as it is.
  case notADatabase(path: String)
  /// A database of another program; it is left as it is.
  case foreign(path: String)
  /// Made by a later version of this program; it is left as it is.
  case newer(path: String, version: Int, known: Int)
  /// One of ours, and damaged.
  case damaged(path: String, reason: String)
  /// Another bridge has taken the database over.
  case takenOver(path: String)
  /// One of the database's files was deleted, replaced or cut while it was open: what is written to it is lost.
  case lost(path: String, reason: String)
  /// The disk has not answered a commit, and it is not known when it will.
  case noAnswer(path: String)
  /// A call failed: the disk is full, say, or read-only. `code` is SQLite's extended result code.
  case failed(call: String, code: Int32, reason: String)

  public var description: String {
    switch self {
    case .unopenable(let path, let reason), .unavailable(let path, let reason):
      "\(path): cannot be opened: \(reason)"
    case .locked(let path, let holders):
      "\(path): cannot be opened: database is locked by \(holders ?? "another process")"
    case .notADatabase(let path):
      "\(path): is not a database; name another file, or move this one away"
    case .foreign(let path):
      "\(path): is a database of another program; name another file, or move this one away"
    case .newer(let path, let version, let known):
      "\(path): has version \(version), made by a later rollcall; this one knows up to \(known)"
    case .damaged(let path, let reason): "\(path): is damaged: \(reason)"
    case .takenOver(let path): "\(path): another bridge has taken it over"
    case .lost(let path, let reason): "\(path): \(reason)"
    case .noAnswer(let path): "\(path): the disk does not answer"
    case .failed(let call, let code, let reason): "\(call): \(reason) (SQLite \(code))"
    }
  }

  /// Whether the same may succeed later, with nothing changed by hand.
  public var mayPass: Bool {
    switch self {
    case .unavailable, .locked, .lost, .noAnswer: true
    case .failed(_, let code, _): Self.mayPass(code)
    default: false
    }
  }

  /// Whether it is another process's lock alone that is in the way.
  public var isLock: Bool { if case .locked = self { true } else { false } }
}
