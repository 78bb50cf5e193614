import Presence

/// Rooms by hand, by the client's name with its namespace.
public struct Assignments: Sendable {
  private var rooms: [[UInt8]: [[UInt8]]] = [:]

  public init(_ assignments: [Assignment]) {
    for assignment in assignments {
      rooms[Array(assignment.client.utf8)] = assignment.rooms.map { Array($0.utf8) }
    }
  }

  public var isEmpty: Bool { rooms.isEmpty }

  /// The rooms of a client; empty: none are assigned.
  public func rooms(of client: UnsafeRawBufferPointer) -> [[UInt8]] {
    rooms.isEmpty ? [] : rooms[[UInt8](client)] ?? []
  }

  /// A birth with the rooms of `more` among those that it names; `unnamed` are its rooms where it names none,
  /// and `nil` there leaves it as it is.
  public static func add(
    _ more: [[UInt8]], to birth: Birth, orFrom unnamed: [[UInt8]]? = nil
  ) -> Birth {
    guard let named = birth.rooms ?? unnamed else { return birth }
    var birth = birth
    birth.rooms = named + more.filter { !named.contains($0) }
    return birth
  }
}
