import Dialects

/// Which rooms were given to whom by hand, as it is remembered from run to run: among the subscriptions, as filters
/// that no subscription has, `$rollcall/assign/CLIENT/ROOM`.
struct AssignmentMarks {
  private static let start = "$rollcall/assign/"

  private let present: [String]
  /// Of rooms that clients have been taken out of, until that is committed.
  private(set) var old: [String] = []

  init(_ assignments: [Assignment]) {
    present = assignments.flatMap { assignment in
      assignment.rooms.map { "\(Self.start)\(assignment.client)/\($0)" }
    }
  }

  /// What is to be kept for the next run.
  var filters: [String] { present + old }

  /// The rooms that were assigned in an earlier run and are not now, by client.
  mutating func dropped(in kept: [String]) -> [[UInt8]: [[UInt8]]] {
    let still = Set(present)
    old = kept.filter { $0.hasPrefix(Self.start) && !still.contains($0) }
    var rooms: [[UInt8]: [[UInt8]]] = [:]
    for mark in old {
      let words = mark.utf8.dropFirst(Self.start.utf8.count)
      guard let slash = words.firstIndex(of: UInt8(ascii: "/")) else { continue }
      rooms[Array(words[..<slash]), default: []].append(Array(words[slash...].dropFirst()))
    }
    return rooms
  }

  mutating func forgetOld() { old = [] }
}
