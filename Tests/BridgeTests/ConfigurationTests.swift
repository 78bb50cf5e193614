import Foundation
import Testing

@testable import Bridge

/// Parses `text` under the name `x.conf` and forgets where it was written.
func parsed(_ text: String) throws -> Configuration {
  var configuration = try Configuration.parse(text, file: "x.conf")
  configuration.origin = ConfigurationOrigin()
  return configuration
}

/// The problems of `text`, as a person reads them.
func problems(_ text: String) -> [String] { problems(Array(text.utf8)) }

func problems(_ bytes: [UInt8]) -> [String] {
  do throws(ConfigurationProblems) {
    _ = try Configuration.parse(bytes, file: "x.conf")
    return []
  } catch {
    return error.problems.map(\.description)
  }
}

@Suite("A configuration")
struct ConfigurationTests {
  @Test("is at its defaults when nothing is written")
  func nothing() throws {
    #expect(try parsed("") == Configuration())
    #expect(try parsed("\n  \n# only words\n") == Configuration())
  }

  typealias Change = @Sendable (inout Configuration) -> Void
  static let written: [(String, Change)] = [
    ("broker mqtts://[::1]:1", { $0.broker = BrokerAddress(host: "::1", port: 1, tls: true) }),
    ("client_id my bridge", { $0.clientID = "my bridge" }),
    ("username rollcall", { $0.username = "rollcall" }),
    ("username u\npassword_file /p w", { ($0.username, $0.passwordFile) = ("u", "/p w") }),
    (
      "broker mqtts://h\ncafile a\ncertfile b\nkeyfile c",
      {
        $0.broker = BrokerAddress(host: "h", port: 8883, tls: true)
        ($0.cafile, $0.certfile, $0.keyfile) = ("a", "b", "c")
      }
    ),
    ("protocol auto", { $0.protocolVersion = .automatic }),
    ("protocol 5", { $0.protocolVersion = .v5 }),
    ("protocol 3.1.1", { $0.protocolVersion = .v311 }),
    ("keepalive 1m", { $0.keepalive = .seconds(60) }),
    ("session_expiry 4294967294s", { $0.sessionExpiry = .seconds(4_294_967_294) }),
    ("reconnect_min 1s", { $0.reconnectMin = .seconds(1) }),
    ("reconnect_max 1.5s", { $0.reconnectMax = .milliseconds(1500) }),
    ("root a/b", { ($0.root, $0.clientID) = ("a/b", "rollcall-a-b") }),
    ("root a\nclient_id c", { ($0.root, $0.clientID) = ("a", "c") }),
    ("database :memory:", { $0.database = ":memory:" }),
    ("durability process", { $0.durability = .process }),
    ("history 1h", { $0.history = .seconds(3600) }),
    ("history off", { $0.history = nil }),
    ("history_limit 10000", { $0.historyLimit = 10_000 }),
    ("native off", { $0.native = false }),
    ("native on", { $0.native = true }),
    ("heartbeat_timeout 100ms", { $0.heartbeatTimeout = .milliseconds(100) }),
    ("offline_grace 0", { $0.offlineGrace = .zero }),
    ("restart_grace 0.25s", { $0.restartGrace = .milliseconds(250) }),
    ("revive_window 1h", { $0.reviveWindow = .seconds(3600) }),
    ("forget_after 30d", { $0.forgetAfter = .seconds(30 * 86_400) }),
    ("publish_interval 0ms", { $0.publishInterval = .zero }),
    ("members_limit 0", { $0.membersLimit = 0 }),
    ("max_snapshot 1024", { $0.maxSnapshot = 1024 }),
    ("empty_room_ttl 2h", { $0.emptyRoomTTL = .seconds(7200) }),
    ("stats_interval 1m", { $0.statsInterval = .seconds(60) }),
    ("log_level debug", { $0.logLevel = .debug }),
    ("max_payload 1MiB", { $0.maxPayload = 1_048_576 }),
    ("max_rooms_per_client 1", { $0.maxRoomsPerClient = 1 }),
    ("max_clients 10", { $0.maxClients = 10 }),
    ("max_rooms 10", { $0.maxRooms = 10 }),
    ("max_presences 10", { $0.maxPresences = 10 }),
    ("max_new_rooms 10", { $0.maxNewRooms = 10 }),
    ("max_data 64MiB", { $0.maxData = 64 << 20 }),
    ("max_data 0", { $0.maxData = 0 }),
    ("home_assistant on", { $0.homeAssistant = true }),
    ("home_assistant off", { $0.homeAssistant = false }),
    ("home_assistant_prefix a/b", { $0.homeAssistantPrefix = "a/b" }),
    ("root homeassistant\nclient_id c", { ($0.root, $0.clientID) = ("homeassistant", "c") }),
  ]

  @Test("takes what is written", arguments: written)
  func takes(text: String, change: Change) throws {
    var expected = Configuration()
    change(&expected)
    #expect(try parsed(text) == expected)
  }

  @Test("has every key in the table above")
  func everyKey() {
    let tried = Self.written.flatMap { $0.0.split(separator: "\n") }
    let keys = Set(tried.compactMap { $0.split(separator: " ").first.map(String.init) })
    #expect(keys == Set(ConfigurationKey.all.map(\.name)))
  }

  @Test("does not change when every default is written out")
  func defaults() throws {
    let lines = ConfigurationKey.all.compactMap { key in
      key.defaultText.map { "\(key.name) \($0)" }
    }
    #expect(try parsed(lines.joined(separator: "\n")) == Configuration())
  }

  @Test("lets a default give way to what is written")
  func defaultsGiveWay() throws {
    #expect(try parsed("forget_after 1h").reviveWindow == .seconds(3600))
    #expect(try parsed("revive_window 30d").forgetAfter == .seconds(30 * 86_400))
    #expect(try parsed("reconnect_min 1m").reconnectMax == .seconds(60))
    #expect(try parsed("reconnect_max 100ms").reconnectMin == .milliseconds(100))
    #expect(try parsed("session_expiry 5s").reconnectMax == .seconds(5))
    #expect(try parsed("max_rooms_per_client 1000").maxNewRooms == 1_000)
    #expect(try parsed("max_rooms_per_client 1000\nmax_new_rooms 5").maxNewRooms == 5)
  }

  @Test("is what broker-config/rollcall.conf says: every key once, at its default")
  func example() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../broker-config/rollcall.conf")
    let text = try String(contentsOf: path, encoding: .utf8)
    // As in mosquitto.conf, "# " begins a sentence, and "#key value" is a setting at its default. "##" begins a
    // line of an example.
    let settings = text.split(separator: "\n").filter {
      !$0.hasPrefix("# ") && !$0.hasPrefix("##") && $0 != "#"
    }
    let active = settings.map { $0.hasPrefix("#") ? $0.dropFirst() : $0 }
    let keys = active.compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(keys == ConfigurationKey.all.map(\.name))
    let defaults = active.filter { line in
      ConfigurationKey.all.contains { line.hasPrefix("\($0.name) ") && $0.defaultText != nil }
    }
    #expect(try parsed(text) == Configuration())
    #expect(try parsed(defaults.joined(separator: "\n")) == Configuration())
    #expect(defaults.allSatisfy { !$0.hasSuffix(" ") })
    let sample = text.split(separator: "\n").filter { $0.hasPrefix("##") }.map { $0.dropFirst(2) }
    let configuration = try parsed(sample.joined(separator: "\n"))
    #expect(configuration.sources.map(\.name) == ["doors"])
    #expect(configuration.assignments.map(\.client) == ["doors:front"])
  }
}
