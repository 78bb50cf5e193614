import Topics

/// Which user each connected client id belongs to. To a broker the id alone is a client, here it is one with its user:
/// a line that names no user means the one who is connected, and a connection under another user's name ends his.
///
/// Only ids with a user are remembered. What was connected before the bridge was started is looked up once.
struct ConnectionOwners {
  /// Ids that are remembered at the most; the clients beyond count as without a user.
  static let maxClients = 2_000_000

  /// Mostly one a client; more only where an ending was missed.
  private var users: [[UInt8]: [[UInt8]]] = [:]
  private var isComplete = false
  /// How many were not remembered.
  private(set) var limited: UInt64 = 0

  /// Who else is connected under this id; from now on it is `user`.
  mutating func connect(
    _ id: [UInt8], as user: [UInt8]?, _ listener: some DialectListener
  ) -> [[UInt8]?] {
    complete(listener)
    var others: [[UInt8]?] = (users[id] ?? []).filter { $0 != user }
    if user != nil, isPresent(id, listener) { others.append(nil) }
    users[id] = nil
    if let user { remember(id, user) }
    return others
  }

  /// Who was connected under this id; nobody is any more.
  mutating func disconnect(_ id: [UInt8], _ listener: some DialectListener) -> [[UInt8]?] {
    complete(listener)
    return users.removeValue(forKey: id) ?? [nil]
  }

  /// That user's connection is over; another's under the same id is not.
  mutating func disconnect(_ id: [UInt8], from user: [UInt8]?) {
    guard let user, var owners = users[id] else { return }
    owners.removeAll { $0 == user }
    users[id] = owners.isEmpty ? nil : owners
  }

  private mutating func remember(_ id: [UInt8], _ user: [UInt8]) {
    guard users.count < Self.maxClients || users[id] != nil, id.count <= Names.maxLevelBytes else {
      limited += 1
      return
    }
    users[id, default: []].append(user)
  }

  private mutating func complete(_ listener: some DialectListener) {
    guard !isComplete else { return }
    isComplete = true
    listener.forEachPresent { client, user in
      if let user { remember([UInt8](client), [UInt8](user)) }
    }
  }

  private func isPresent(_ id: [UInt8], _ listener: some DialectListener) -> Bool {
    id.withUnsafeBytes { listener.standing(of: $0, user: nil)?.isPresent ?? false }
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
