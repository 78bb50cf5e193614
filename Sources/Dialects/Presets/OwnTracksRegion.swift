import Topics

/// The room that a region of OwnTracks is.
///
/// Regions have names for people. What a level of a topic cannot hold is percent-encoded, so that a region is always
/// one level: `Home/Garden` is `Home%2FGarden`. The app's own marks are not part of a name: `Home|1|2`, which
/// says what the app is to do on entering and leaving, is `Home`; and `+follow`, which moves along with the phone,
/// is no place. Neither is what no room may be called, such as `status`.
enum OwnTracksRegion {
  /// `nil`: it is no place, or has no name.
  static func room(_ name: [UInt8]) -> [UInt8]? {
    guard name.first != UInt8(ascii: "+") else { return nil }
    let place = withoutModes(name)
    guard !place.isEmpty else { return nil }
    let room = place.withUnsafeBytes { ClientName.escaped($0) }
    // A room does not begin with a dollar sign (contract, 13).
    let isSystems = room.first == UInt8(ascii: "$")
    let allowed = isSystems ? Array("%24".utf8) + room.dropFirst() : room
    return Names.problem(ofRoom: allowed) == nil ? allowed : nil
  }

  private static let modes = ["-1", "0", "1", "2"].map { Array($0.utf8)[...] }

  private static func withoutModes(_ name: [UInt8]) -> ArraySlice<UInt8> {
    let parts = name.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.suffix(2).allSatisfy(modes.contains) else { return name[...] }
    return name.dropLast(parts.suffix(2).reduce(2) { $0 + $1.count })
  }
}
