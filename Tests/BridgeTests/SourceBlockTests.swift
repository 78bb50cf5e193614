import Dialects
import Testing

@testable import Bridge

@Suite("A source block")
struct SourceBlockTests {
  private static let issue = """
    root attic
    source custom doors
    status doors/{room}/{client}/state
    heartbeat doors/{room}/{client}/ping
    online open OPEN 1
    offline  closed\tshut
    sleeping dozing
    field state.now
    epoch boot
    room floor-1/{room}
    timeout 11m
    sleep_timeout none
    namespace d
    exclusive on

    assign d:front building-a/lab lab
    source custom fridges
    heartbeat fridge/{client}
    timeout none
    assign me attic
    """

  @Test("holds the keys that follow it, until the next")
  func takes() throws {
    let configuration = try parsed(Self.issue)
    var doors = Source(name: "doors", namespace: "d")
    doors.isCustom = true
    doors.room = "floor-1/{room}"
    doors.timeout = .seconds(660)
    doors.sleepTimeout = .zero
    doors.isExclusive = true
    doors.custom.status = "doors/{room}/{client}/state"
    doors.custom.heartbeat = "doors/{room}/{client}/ping"
    doors.custom.online = ["open", "OPEN", "1"]
    doors.custom.offline = ["closed", "shut"]
    doors.custom.sleeping = ["dozing"]
    doors.custom.field = "state.now"
    doors.custom.epoch = "boot"
    doors.line = 2
    doors.roomLine = 10
    var fridges = Source(name: "fridges", namespace: "fridges")
    fridges.isCustom = true
    fridges.custom.heartbeat = "fridge/{client}"
    fridges.timeout = .zero
    fridges.line = 17
    #expect(configuration.sources == [doors, fridges])
    #expect(
      configuration.assignments == [
        Assignment(client: "d:front", rooms: ["building-a/lab", "lab"], line: 16),
        Assignment(client: "me", rooms: ["attic"], line: 20),
      ])
    #expect(configuration.root == "attic")
  }

  @Test("tells sources the bridge's own timeout and limit")
  func rules() throws {
    let configuration = try parsed("heartbeat_timeout 5s\nmax_payload 1KiB")
    #expect(configuration.sourceRules.heartbeatTimeout == .seconds(5))
    #expect(configuration.sourceRules.maxPayload == 1024)
  }

  private static let door = "source custom doors\nstatus d/{client}\n"

  static let messages: [(String, String)] = [
    (
      door + "root attic",
      "x.conf:3: root is a key of the whole bridge, and the block of a source began on line 1: "
        + "write it before the first source"
    ),
    (
      "timeout 5s",
      "x.conf:1: timeout belongs to a source: write it behind a line 'source NAME'"
    ),
    (
      door + "timeout 5s\ntimeout 6s",
      "x.conf:4: timeout is given twice in this source, first on line 3: keep one of the two lines"
    ),
    (
      "source custom doors",
      "x.conf:1: source custom doors has neither status nor heartbeat: write status TOPIC, with "
        + "{client} in it"
    ),
    ("source custom", "x.conf:1: source custom has not one name: write custom NAME"),
    (
      "source custom a:b\nstatus d/{client}",
      "x.conf:1: source custom 'a:b' contains a colon, which ends the namespace in a client's "
        + "name: write a name such as doors"
    ),
    (
      door + "rebirth on",
      "x.conf:3: rebirth is for source sparkplug alone: leave it out"
    ),
    (
      "source tasmota\nrebirth on",
      "x.conf:2: rebirth is for source sparkplug alone: leave it out"
    ),
    (
      "source sparkplug\nrebirth yes",
      "x.conf:2: rebirth 'yes' is not known: write on or off"
    ),
    (
      door + "prefix tele",
      "x.conf:3: prefix is for presets: status and heartbeat of a custom source are whole topics"
    ),
    (
      "source custom doors\nstatus d/client",
      "x.conf:2: status 'd/client' has no {client}: write a topic with {client} and perhaps other "
        + "names, e.g. doors/{room}/{client}/state"
    ),
    (
      door + "room floor-{x}",
      "x.conf:3: room 'floor-{x}' of source doors names {x}, which d/{client} does not have: write "
        + "a room with none but {client}"
    ),
    (
      door + "source custom windows\nstatus d/+/{client}\nsource custom gates\nstatus d/g/{client}",
      "x.conf:5: source gates would read d/g/{client}, and so would the source on line 3, as "
        + "d/+/{client}: write another topic or prefix for one of them"
    ),
    (
      door + "source custom doors\nstatus e/{client}",
      "x.conf:3: source doors has the namespace 'doors' of the source on line 1: write namespace "
        + "with another name"
    ),
    (
      "root a/b\nsource custom x\nstatus a/{z}/clients/{client}/status",
      "x.conf:2: source x would read a/{z}/clients/{client}/status, and so would the bridge itself, "
        + "as a/b/clients/+/status: write another topic or prefix, or another root"
    ),
    (
      door + "heartbeat d/{x}\nheartbeat d/{client}",
      "x.conf:3: heartbeat 'd/{x}' has no {client}: write a topic with {client} and perhaps other "
        + "names, e.g. doors/{room}/{client}/ping"
    ),
    (
      "assign a b\nassign a c",
      "x.conf:2: a is assigned twice, first on line 1: write all of its rooms on one line"
    ),
    ("assign a", "x.conf:1: assign has not a client and a room: write assign CLIENT ROOM [ROOM…]"),
    ("native maybe", "x.conf:1: native 'maybe' is not known: write on or off"),
    (
      "source custom d\nstatus d/{client}\nheartbeat d/{client}",
      "x.conf:1: status and heartbeat of source custom d are one topic: leave heartbeat out"
    ),
    (
      "source custom d\nstatus d/{user}/{client}\nheartbeat d/{client}",
      "x.conf:1: only one of status and heartbeat of source custom d has {user} in it, so that they "
        + "would be of different clients: write it in both or in neither"
    ),
    (
      door + "online ON\noffline off\nsleeping on",
      "x.conf:1: source custom doors has the word 'ON' in two of online, offline and sleeping: write "
        + "it in one of them"
    ),
    (
      door + "online offline",
      "x.conf:1: source custom doors has the word 'offline' in two of online, offline and sleeping: "
        + "write it in one of them"
    ),
    (
      "max_rooms_per_client 2\nassign a b c\nassign d b c e",
      "x.conf:3: assign d has 3 rooms, more than max_rooms_per_client 2: write fewer, or a greater "
        + "max_rooms_per_client"
    ),
  ]

  @Test("that is wrong says where, what is wrong and what would be right", arguments: messages)
  func message(text: String, message: String) { #expect(problems(text).first == message) }

  static let refused: [String] = [
    "timeout 0", "timeout 99ms", "timeout 367d", "timeout never", "timeout", "sleep_timeout 1",
    "exclusive yes", "namespace a/b", "namespace a:b", "namespace", "room", "room /x", "room a//b",
    "room a/{", "room a}", "room {}", "room rooms/{client}", "room $x", "status", "status d/#",
    "field a..b", "field .a", "epoch", "online", "assign a+ b", "assign a $b", "assign a status",
    "assign a/b c", "namespace \(String(repeating: "x", count: 65))", "doors open",
  ]

  @Test("is refused with one problem for one bad line", arguments: refused)
  func refuses(line: String) {
    let first = line.hasPrefix("status") ? "source custom a" : "source custom a\nstatus a/{client}"
    #expect(problems("\(first)\n\(line)").count == 1)
  }

  @Test("with a room for some other system names a topic of its own that has levels")
  func levels() {
    let message = problems("root a\nsource zigbee2mqtt\nroom {level7}").first ?? ""
    #expect(
      message.hasPrefix(
        "x.conf:3: room '{level7}' of source zigbee2mqtt names {level7}, which "
          + "zigbee2mqtt/{level1}/availability does not have: "))
  }

  @Test(
    "that is misspelt is told which one is near",
    arguments: [
      ("zigbe2mqtt", "zigbee2mqtt"), ("Tasmota", "tasmota"), ("room_assistant", "room-assistant"),
      ("mosquito-log", "mosquitto-log"),
    ])
  func nearest(slip: String, name: String) {
    #expect(
      problems("source \(slip)") == ["x.conf:1: unknown source '\(slip)': did you mean '\(name)'?"])
  }

  @Test("that is unknown is told the known ones")
  func unknown() {
    let message = problems("source sensors").first ?? ""
    #expect(message.hasPrefix("x.conf:1: unknown source 'sensors': write one of "))
    #expect(message.hasSuffix("custom NAME"))
  }

  @Test("may read what the clients' topics would be where those are off")
  func nativeOff() throws {
    let text = "source custom x\nstatus presence/clients/{client}/status"
    #expect(problems(text).count == 1)
    #expect(problems("native off\n" + text) == [])
    #expect(problems("native off\nsource custom x\nstatus presence/count/{client}").count == 1)
  }

  @Test("may be of each preset, and of all that share no topic at once")
  func presets() throws {
    for name in Presets.names { #expect(problems("source \(name)") == []) }
    // EMQX's and NanoMQ's events are below one topic, and no broker is both.
    let all = Presets.names.filter { $0 != "nanomq" }
    #expect(all.count == 14)
    #expect(problems(all.map { "source \($0)" }.joined(separator: "\n")) == [])
  }

  @Test("may be given twice with another prefix and namespace")
  func twice() throws {
    let two = "source tasmota\nsource tasmota\nprefix cellar/tele\nnamespace cellar"
    #expect(try parsed(two).sources.map(\.namespace) == ["tasmota", "cellar"])
    #expect(problems("source tasmota\nsource tasmota").count == 2)
    #expect(
      problems("source tasmota\nsource tasmota\nnamespace cellar") == [
        "x.conf:2: source tasmota would read tele/{client}/LWT, and so would the source on line 1, "
          + "as tele/{client}/LWT: write another topic or prefix for one of them"
      ])
    #expect(problems("source tasmota\nroom {floor}").count == 1)
    #expect(problems("source sparkplug\nroom {group}/{node}").isEmpty)
    #expect(problems("source tasmota\nstatus x/{client}").count == 1)
  }

  @Test("does not hide what is wrong in others")
  func everything() {
    let text = """
      source custom a
      timeout soon
      status a/{client}
      source nobody
      rooot x
      source custom b
      status a/b
      assign x
      """
    #expect(problems(text).map { $0.split(separator: ":")[1] } == ["2", "4", "5", "7", "8"])
  }
}
