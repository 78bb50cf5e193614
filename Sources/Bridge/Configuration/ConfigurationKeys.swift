import Topics

// The keys, in the order of `broker-config/rollcall.conf`.

extension ConfigurationKey {
  /// Longer than any device is away, and far from where arithmetic on nanoseconds overflows.
  private static let tenYears = Duration.seconds(3_660 * 86_400)
  private static let day = Duration.seconds(86_400)
  /// MQTT's remaining length ends below 256 MiB, and the topic is part of it.
  private static let largestPayload = 255 << 20

  static let connection: [ConfigurationKey] = [
    ConfigurationKey(
      name: "broker", defaultText: "mqtt://127.0.0.1:1883",
      expected: "mqtt://HOST[:PORT], or mqtts:// for TLS, e.g. mqtt://127.0.0.1:1883"
    ) { (configuration, text) throws(BadValue) in
      configuration.broker = try BrokerAddress(configurationText: text)
    },
    ConfigurationKey(
      name: "client_id", defaultText: Configuration.defaultClientID(root: "presence"),
      expected: "a name of at most 1024 bytes that no other client of the broker has"
    ) { (configuration, text) throws(BadValue) in
      guard text.utf8.count <= 1024 else { throw BadValue("is too long") }
      configuration.clientID = text
    },
    .text("username", \.username, "the user that the broker's password file names"),
    .text("password_file", \.passwordFile, "the path of a file that begins with the password"),
    .text("cafile", \.cafile, "the path of a PEM file of the authorities to trust"),
    .text("certfile", \.certfile, "the path of a PEM file with the client's certificate"),
    .text("keyfile", \.keyfile, "the path of a PEM file with the key of the certificate"),
    .choice("protocol", \.protocolVersion, "auto"),
    .duration(
      "keepalive", \.keepalive, "15s", .seconds(5)...(.seconds(65_535)), wholeSeconds: true,
      why: " (libmosquitto's limits)"),
    .duration(
      "session_expiry", \.sessionExpiry, "1d", .seconds(1)...(.seconds(0xFFFF_FFFE)),
      wholeSeconds: true, why: " (MQTT's limit; without a session, messages would be lost)"),
    .duration("reconnect_min", \.reconnectMin, "250ms", .milliseconds(10)...(.seconds(3600))),
    .duration("reconnect_max", \.reconnectMax, "30s", .milliseconds(10)...day),
  ]

  static let storage: [ConfigurationKey] = [
    ConfigurationKey(
      name: "root", defaultText: "presence",
      expected: "one or more topic levels of 1 to 128 bytes, together at most 256, e.g. presence"
    ) { (configuration, text) throws(BadValue) in
      try checkLevels(text)
      configuration.root = text
    },
    ConfigurationKey(
      name: "database", defaultText: "rollcall.db",
      expected: "a path, or :memory:, e.g. rollcall.db"
    ) { (configuration, text) throws(BadValue) in configuration.database = text },
    .choice("durability", \.durability, "power"),
    ConfigurationKey(
      name: "history", defaultText: "30d",
      expected: "a duration from 1h to 3660d, or off, e.g. 30d"
    ) { (configuration, text) throws(BadValue) in
      guard text != "off" else { return configuration.history = nil }
      let duration = try Duration(configurationText: text)
      guard duration >= .seconds(3600) else { throw BadValue("is less than 1h") }
      guard duration <= tenYears else { throw BadValue("is more than 3660d") }
      configuration.history = duration
    },
    .number("history_limit", \.historyLimit, "5000000", 10_000...1_000_000_000),
    .toggle("native", \.native, "on"),
  ]

  static let presence: [ConfigurationKey] = [
    .duration(
      "heartbeat_timeout", \.heartbeatTimeout, "60s", .milliseconds(100)...(.seconds(366 * 86_400))),
    .duration("offline_grace", \.offlineGrace, "1s", .zero...day),
    .duration("restart_grace", \.restartGrace, "10s", .zero...day),
    .duration("revive_window", \.reviveWindow, "24h", .zero...tenYears),
    .duration("forget_after", \.forgetAfter, "7d", .zero...tenYears),
  ]

  static let publishing: [ConfigurationKey] = [
    .duration("publish_interval", \.publishInterval, "100ms", .zero...(.seconds(3600))),
    .number("members_limit", \.membersLimit, "100", 0...100_000),
    .size(
      "max_snapshot", \.maxSnapshot, "256KiB", (1 << 10)...largestPayload,
      why: " (with its topic it must fit in an MQTT packet)"),
    .duration("empty_room_ttl", \.emptyRoomTTL, "1h", .zero...tenYears),
    .duration("stats_interval", \.statsInterval, "10s", .milliseconds(100)...day),
    .choice("log_level", \.logLevel, "notice"),
  ]

  static let limits: [ConfigurationKey] = [
    .size("max_payload", \.maxPayload, "8KiB", 16...largestPayload),
    .number("max_rooms_per_client", \.maxRoomsPerClient, "64", 1...100_000),
    .number("max_clients", \.maxClients, "2000000", 1...100_000_000),
    .number("max_rooms", \.maxRooms, "1000000", 1...100_000_000),
    .number("max_presences", \.maxPresences, "10000000", 1...1_000_000_000),
    .number("max_new_rooms", \.maxNewRooms, "256", 1...100_000_000),
    .size("max_data", \.maxData, "256MiB", 0...(1 << 40)),
  ]

  static let homeAssistant: [ConfigurationKey] = [
    .toggle("home_assistant", \.homeAssistant, "off"),
    ConfigurationKey(
      name: "home_assistant_prefix", defaultText: "homeassistant",
      expected: "one or more topic levels of 1 to 128 bytes, together at most 256, "
        + "e.g. homeassistant"
    ) { (configuration, text) throws(BadValue) in
      try checkLevels(text)
      configuration.homeAssistantPrefix = text
    },
  ]

  private static func checkLevels(_ text: String) throws(BadValue) {
    switch Names.problem(ofRoot: text.utf8) {
    case nil: return
    case .dollarFirst: throw BadValue("begins with '$', which is the broker's own")
    case .wildcard: throw BadValue("contains a wildcard ('+' or '#')")
    case .emptyLevel: throw BadValue("has an empty level (a '/' at an end, or two in a row)")
    case .levelTooLong, .rootTooLong: throw BadValue("is too long")
    case .tooManyLevels: throw BadValue("has more than \(Names.maxRootLevels) levels")
    case .some(let problem): throw BadValue("is no topic: \(problem.words)")
    }
  }
}
