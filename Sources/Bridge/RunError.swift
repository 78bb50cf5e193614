import Store

/// Why `rollcall run` could not start, or could not go on.
public enum RunError: Error, CustomStringConvertible {
  case configuration([ConfigurationProblem])
  case store(StoreError)
  case takenOver(String)
  /// It was told to end, and what it knows could not be written.
  case notSaved(String)
  case system(String)

  public var description: String {
    switch self {
    case .configuration(let problems): problems.map(\.description).joined(separator: "\n")
    case .store(let error): error.description
    case .takenOver(let reason), .notSaved(let reason): reason
    case .system(let reason): reason
    }
  }

  /// Whether another start may succeed, with nothing changed by hand: the database was locked, the disk was full, or the
  /// system lacked a descriptor or memory.
  public var mayPass: Bool {
    switch self {
    case .store(let error): error.mayPass
    case .system, .notSaved: true
    case .configuration, .takenOver: false
    }
  }
}
