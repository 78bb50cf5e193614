import Topics

/// Finds a client of a broker by its id alone. A listener that can do this is asked when a dialect does not know, or no
/// longer since the bridge was started, which user a client id belongs to.
protocol ClientFinder {
  /// The users, or none, under which clients with this id are present; the system's names.
  func users(of client: UnsafeRawBufferPointer) -> [[UInt8]?]
}

/// Which user each connected client id belongs to. To a broker the id alone is a client, here it is one with its user:
/// a line that names no user means the one who is connected, and a connection under another user's name ends his.
struct ConnectionOwners {
  /// Ids that are remembered; beyond, all are forgotten and found again by the listener.
  static let maxClients = 200_000

  private var users: [[UInt8]: [UInt8]?] = [:]

  /// Who else is connected under this id; from now on it is `user`.
  mutating func connect(
    _ id: [UInt8], as user: [UInt8]?, _ listener: some DialectListener
  ) -> [[UInt8]?] {
    let others = present(id, listener).filter { $0 != user }
    if users.count >= Self.maxClients, users[id] == nil { users = [:] }
    if id.count <= Names.maxLevelBytes { users.updateValue(user, forKey: id) }
    return others
  }

  /// Who was connected under this id; nobody is any more.
  mutating func disconnect(_ id: [UInt8], _ listener: some DialectListener) -> [[UInt8]?] {
    defer { users.removeValue(forKey: id) }
    let known = present(id, listener)
    return known.isEmpty ? [nil] : known
  }

  /// That user's connection is over; another's under the same id is not.
  mutating func disconnect(_ id: [UInt8], from user: [UInt8]?) {
    if let owner = users[id], owner == user { users.removeValue(forKey: id) }
  }

  private func present(_ id: [UInt8], _ listener: some DialectListener) -> [[UInt8]?] {
    if let user = users[id] { return [user] }
    guard let finder = listener as? any ClientFinder else { return [] }
    return id.withUnsafeBytes { finder.users(of: $0) }
  }
}

extension Saying {
  /// Says something of a client of a broker: the names as they are shown, the user's encoded as well.
  static func tell(
    _ id: [UInt8], _ user: [UInt8]?, _ word: Word, _ listener: some DialectListener
  ) {
    id.withUnsafeBytes { id in
      guard let user else { return listener.hear(Saying(id, word)) }
      user.withUnsafeBytes {
        var saying = Saying(id, word)
        saying.user = $0
        listener.hear(saying)
      }
    }
  }
}
