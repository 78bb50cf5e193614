/// Checks of what must hold between any two calls of the engine. Tests call them after every step; the bridge does not.
///
/// Each check looks at everything, so it costs time with the number of records. What is checked is found anew by a
/// walk and compared with what the engine keeps: counts, lists, look-ups, and what waits to be announced or saved.

/// What does not hold, in words.
package struct BrokenInvariant: Error, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// Throws unless `condition` holds.
func hold(
  _ condition: Bool, _ words: @autoclosure () -> String
) throws(BrokenInvariant) {
  guard condition else { throw BrokenInvariant(words()) }
}

extension Engine {
  /// Looks whether the engine's invariants hold; those that ``Engine`` names, and those of the parts it is made of.
  package func checkInvariants() throws(BrokenInvariant) {
    try checkParts()
    try checkUsers()
    try checkClients()
    try checkTimes()
    try checkGateways()
    try checkMemberships()
    try checkRooms()
    try checkEmptyRooms()
    try checkOrders()
    try checkData()
    try checkLists()
  }

  private func checkParts() throws(BrokenInvariant) {
    try clientNames.checkInvariants("client names")
    try roomNames.checkInvariants("room names")
    try userNames.checkInvariants("user names")
    try memberships.checkInvariants("memberships") { $0.state == .free }
    try timetable.checkInvariants()
    try emptied.checkInvariants("empty rooms")
    try hold(clients.count == clientNames.capacity, "client records and names differ in number")
    try hold(rooms.count == roomNames.capacity, "room records and names differ in number")
  }

  /// Every list of records to save or announce holds what is flagged to stand in it, once.
  private func checkLists() throws(BrokenInvariant) {
    try Self.check(
      unsavedClients, "unsaved clients",
      clients.indices.map { clients[$0].flags.contains(.unsaved) })
    try Self.check(
      unsavedMemberships, "unsaved memberships",
      memberships.items.map { $0.flags.contains(.unsaved) })
    try Self.check(
      unsavedRooms, "unsaved rooms", rooms.map { $0.flags.contains(.unsaved) })
    try Self.check(touchedRooms, "touched rooms", rooms.map { $0.flags.contains(.listed) })
    let recounted = recountedRooms.filter { rooms[Int($0)].flags.contains(.recounted) }
    try Self.check(
      ContiguousArray(recounted), "recounted rooms", rooms.map { $0.flags.contains(.recounted) })
  }

  private static func check(
    _ list: ContiguousArray<Int32>, _ name: String, _ isListed: [Bool]
  ) throws(BrokenInvariant) {
    var seen = Set<Int32>()
    for entry in list {
      try hold(isListed.indices.contains(Int(entry)), "\(name): \(entry) is no record")
      try hold(isListed[Int(entry)], "\(name): \(entry) is listed and not flagged")
      try hold(seen.insert(entry).inserted, "\(name): \(entry) stands there twice")
    }
    try hold(seen.count == isListed.count { $0 }, "\(name): one is flagged and not listed")
  }

  /// Each piece of data belongs to one record.
  private func checkData() throws(BrokenInvariant) {
    var owners = Set<Int32>()
    let handles = clients.map(\.data) + memberships.items.map(\.data)
    for handle in handles where handle >= 0 {
      try hold(Int(handle) < blobs.capacity, "data \(handle) does not exist")
      try hold(owners.insert(handle).inserted, "data \(handle) belongs to two records")
      try hold(!blobs[handle].isEmpty, "data \(handle) was given back, and a record refers to it")
    }
    try hold(owners.count == blobs.count, "there is data that belongs to nobody")
    let bytes = blobs.items.reduce(0) { $0 + $1.count }
    try hold(bytes == dataBytes, "\(bytes) bytes of data are counted as \(dataBytes)")
    try hold(bytes <= rules.maxData, "there is more data than is allowed")
    try blobs.checkInvariants("data") { $0.isEmpty }
  }
}
