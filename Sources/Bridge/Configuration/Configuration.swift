import Dialects
import Topics

/// What `rollcall run` is told: every key of `rollcall.conf`, with its default.
///
/// The keys, their ranges and what is wrong with a bad value are in the table of
/// ``ConfigurationKey``; a value of this type that came from ``read(file:)`` is within them.
/// Where a key has another name than the property, the property's comment says it.
public struct Configuration: Sendable, Equatable {
  public var broker = BrokerAddress(host: "127.0.0.1", port: BrokerAddress.mqttPort, tls: false)
  /// `client_id`. The broker keeps the session under it, so it stays the same from run to run.
  public var clientID = Configuration.defaultClientID(root: "presence")
  public var username: String?
  /// `password_file`: its first line is the password; see ``readPassword()``.
  public var passwordFile: String?
  /// PEM files, with `mqtts://` only. Without `cafile` the system's authorities are trusted.
  public var cafile: String?
  public var certfile: String?
  public var keyfile: String?
  /// `protocol`.
  public var protocolVersion = ProtocolChoice.automatic
  /// Whole seconds.
  public var keepalive = Duration.seconds(15)
  /// `session_expiry`: how long the broker keeps messages for an absent bridge. Whole seconds.
  public var sessionExpiry = Duration.seconds(86_400)
  /// `reconnect_min`, `reconnect_max`: between these the wait grows from attempt to attempt.
  public var reconnectMin = Duration.milliseconds(250)
  public var reconnectMax = Duration.seconds(30)

  /// The topic levels that all other topics are under.
  public var root = "presence"
  /// A path, or `:memory:` for none.
  public var database = "rollcall.db"
  public var durability = Durability.power
  /// `history`: for how long the counts of rooms are kept; `nil` (`off`): they are not.
  public var history: Duration? = .seconds(30 * 86_400)
  /// `history_limit`: how many rows of history there are at the most.
  public var historyLimit = 5_000_000
  /// `max_payload`, in bytes: what a client may say in one message.
  public var maxPayload = 8 << 10

  /// `heartbeat_timeout`: of clients that name none of their own.
  public var heartbeatTimeout = Duration.seconds(60)
  /// `offline_grace`: from a death to the removal.
  public var offlineGrace = Duration.seconds(1)
  /// `restart_grace`: the same, for deaths around a restart of the broker.
  public var restartGrace = Duration.seconds(10)
  /// `revive_window`: how long after its removal a sign of life brings a client back.
  public var reviveWindow = Duration.seconds(24 * 3600)
  /// `forget_after`: how long a client that is away is remembered.
  public var forgetAfter = Duration.seconds(7 * 86_400)

  /// `publish_interval`: the least time between two announcements of one room.
  public var publishInterval = Duration.milliseconds(100)
  /// `members_limit`: how many members a snapshot names.
  public var membersLimit = 100
  /// `max_snapshot`, in bytes.
  public var maxSnapshot = 256 << 10
  /// `empty_room_ttl`: how long an empty room's retained topics stay.
  public var emptyRoomTTL = Duration.seconds(3600)
  /// `stats_interval`.
  public var statsInterval = Duration.seconds(10)
  /// `log_level`: the least important messages that are still logged.
  public var logLevel = LogLevel.notice

  /// `max_rooms_per_client`, `max_clients`, `max_rooms`, `max_presences`.
  public var maxRoomsPerClient = 64
  public var maxClients = 2_000_000
  public var maxRooms = 1_000_000
  public var maxPresences = 10_000_000
  /// `max_new_rooms`: how many rooms that do not exist yet a client makes in a minute.
  public var maxNewRooms = 256
  /// `max_data`, in bytes: the `data` that is kept in all.
  public var maxData = 256 << 20

  /// `home_assistant`, `home_assistant_prefix`: whether, and where, rooms are described to Home Assistant.
  public var homeAssistant = false
  public var homeAssistantPrefix = "homeassistant"
  /// `native`: whether the topics under the root are read at all.
  public var native = true
  /// The `source` blocks, in their order.
  public var sources: [Source] = []
  /// The `assign` lines, in their order.
  public var assignments: [Assignment] = []

  /// Where the values were written, for problems that show only later.
  public internal(set) var origin = ConfigurationOrigin()

  /// Every key at its default.
  public init() {}

  /// The `client_id` of a configuration that gives none: `rollcall-` and the root, slashes as
  /// dashes, so that bridges of two roots do not take over each other's session.
  public static func defaultClientID(root: String) -> String {
    "rollcall-" + String(root.map { $0 == "/" ? "-" : $0 })
  }
}

extension Configuration {
  /// What sources take from the rest.
  public var sourceRules: SourceRules {
    var rules = SourceRules()
    rules.heartbeatTimeout = heartbeatTimeout
    rules.maxPayload = maxPayload
    return rules
  }

  /// Filters of what the bridge itself reads and writes, which no source may read.
  var reservedFilters: [String] {
    let names = TopicNames(root: root)
    let clients = names.statusFilters + names.heartbeatFilters + names.roomFilters
    return (native ? clients : []) + [
      names.occupancyFilter, names.countFilter, names.eventsFilter, "\(root)/bridge/#",
      names.brokerUptime, names.brokerDropped,
    ]
  }
}

extension Configuration {
  /// What the bridge subscribes to for its sources: its login has to be allowed to read it.
  public var sourceFilters: [String] {
    SourceReader(sources, reserved: reservedFilters, rules: sourceRules).filters.map(\.filter)
  }
}

/// The MQTT version to speak.
public enum ProtocolChoice: String, Sendable, CaseIterable {
  /// 5, and 3.1.1 where the broker refuses 5 or hangs up on it.
  case automatic = "auto"
  /// 5 alone: a broker that refuses it is an error.
  case v5 = "5"
  case v311 = "3.1.1"
}

/// What a committed change survives.
public enum Durability: String, Sendable, CaseIterable {
  /// A crash of the process.
  case process
  /// Also a crash of the machine, at the price of a disk flush for each commit.
  case power
}

/// How important a log message is, in the words of mosquitto's `log_type`; least important first.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
  case debug, info, notice, warning, error

  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .notice: 2
    case .warning: 3
    case .error: 4
    }
  }
}
