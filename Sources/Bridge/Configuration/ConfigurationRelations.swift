/// What two keys must be to each other.
///
/// Where both are written, a contradiction is a problem. Where one of them is a default, it gives
/// way, so that `forget_after 1h` alone is enough and need not be said twice.
struct ConfigurationRelations {
  private let refused: Set<String>
  private var configuration: Configuration
  private var problems: [ConfigurationProblem] = []

  /// Adjusts the defaults and returns the contradictions. `refused` are keys to leave out.
  static func settle(
    _ configuration: inout Configuration, without refused: Set<String>
  ) -> [ConfigurationProblem] {
    var relations = ConfigurationRelations(refused: refused, configuration: configuration)
    relations.orderDurations()
    relations.fitNewRooms()
    relations.requireUser()
    relations.requirePair()
    relations.requireTLS()
    relations.requireOwnPrefix()
    configuration = relations.configuration
    return relations.problems
  }

  private init(refused: Set<String>, configuration: Configuration) {
    self.refused = refused
    self.configuration = configuration
  }

  private mutating func orderDurations() {
    let session = "the broker would forget the session before the bridge is back"
    order(
      ("reconnect_min", \.reconnectMin), ("session_expiry", \.sessionExpiry), because: session)
    order(
      ("reconnect_max", \.reconnectMax), ("session_expiry", \.sessionExpiry), because: session)
    order(
      ("reconnect_min", \.reconnectMin), ("reconnect_max", \.reconnectMax),
      because: "the wait grows from the one to the other")
    order(
      ("revive_window", \.reviveWindow), ("forget_after", \.forgetAfter),
      because: "who is forgotten cannot be revived")
  }

  private typealias Interval = (key: String, path: WritableKeyPath<Configuration, Duration>)

  private mutating func order(_ low: Interval, _ high: Interval, because: String) {
    let (least, most) = (configuration[keyPath: low.path], configuration[keyPath: high.path])
    guard least > most, !refused.contains(low.key), !refused.contains(high.key) else { return }
    switch (isWritten(low.key), isWritten(high.key)) {
    case (true, true):
      let texts = (least.configurationText, most.configurationText)
      report(
        later(low.key, high.key),
        "\(low.key) \(texts.0) is more than \(high.key) \(texts.1), but \(because): "
          + "write a \(low.key) of at most \(texts.1)")
    case (true, false): configuration[keyPath: high.path] = least
    default: configuration[keyPath: low.path] = most
    }
  }

  /// A client that may be in many rooms may enter them at its first start, all of them new.
  private mutating func fitNewRooms() {
    guard !isWritten("max_new_rooms") else { return }
    configuration.maxNewRooms = max(configuration.maxNewRooms, configuration.maxRoomsPerClient)
  }

  private mutating func requireUser() {
    guard isWritten("password_file"), !isWritten("username") else { return }
    report("password_file", "password_file without username: write username NAME as well")
  }

  private mutating func requirePair() {
    for (key, other) in [("certfile", "keyfile"), ("keyfile", "certfile")]
    where isWritten(key) && !isWritten(other) {
      report(key, "\(key) without \(other): write \(other) PATH as well, or neither")
    }
  }

  private mutating func requireTLS() {
    guard !configuration.broker.tls, !refused.contains("broker") else { return }
    for key in ["cafile", "certfile", "keyfile"] where isWritten(key) {
      report(key, "\(key) needs TLS: write broker mqtts://HOST, or leave \(key) out")
    }
  }

  /// Below the root, discovery would be taken for rooms and clients.
  private mutating func requireOwnPrefix() {
    let (root, prefix) = (configuration.root, configuration.homeAssistantPrefix)
    guard prefix.utf8.starts(with: "\(root)/".utf8), !refused.contains("home_assistant_prefix")
    else { return }
    let key = isWritten("home_assistant_prefix") ? "home_assistant_prefix" : "root"
    report(
      key,
      "home_assistant_prefix \(prefix) lies below root \(root), among Rollcall's own topics: "
        + "write a home_assistant_prefix that does not begin with \(root)/")
  }

  private func isWritten(_ key: String) -> Bool { configuration.origin.isWritten(key) }

  private func later(_ left: String, _ right: String) -> String {
    let lines = configuration.origin.lines
    return lines[left, default: 0] > lines[right, default: 0] ? left : right
  }

  private mutating func report(_ key: String, _ message: String) {
    problems.append(configuration.origin.problem(key, message))
  }
}
