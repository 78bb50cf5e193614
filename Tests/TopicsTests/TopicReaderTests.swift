import Testing

@Suite struct TopicReaderTests {
  private static let l128 = String(repeating: "x", count: 128)
  private static let l129 = String(repeating: "x", count: 129)
  private static let room256 = l128 + "/" + String(repeating: "y", count: 127)

  @Test(arguments: [
    ("presence/clients/c1/heartbeat", "heartbeat - c1"),
    ("presence/users/ann/clients/c1/heartbeat", "heartbeat ann c1"),
    ("presence/clients/c1/status", "status - c1"),
    ("presence/users/ann/clients/c1/status", "status ann c1"),
    ("presence/clients/c1/rooms/lab", "room - c1: lab"),
    ("presence/clients/c1/rooms/lab/north/2", "room - c1: lab/north/2"),
    ("presence/users/ann/clients/c1/rooms/lab/north", "room ann c1: lab/north"),
    ("presence/bridge/fence", "fence"),
    ("presence/bridge/stats", "stats"),
    ("presence/bridge/status", "bridge status"),
    ("presence/occupancy/lab/north", "occupancy: lab/north"),
    ("presence/count/lab", "count: lab"),
    ("presence/events/lab/north", "events: lab/north"),
    ("$SYS/broker/uptime", "uptime"),
    ("$SYS/broker/publish/messages/dropped", "dropped"),
  ])
  func `a topic of the contract is read`(topic: String, meaning: String) {
    #expect(described(topic) == meaning)
  }

  @Test(arguments: [
    ("presence/clients/heartbeat/heartbeat", "heartbeat - heartbeat"),
    ("presence/clients/status/status", "status - status"),
    ("presence/clients/rooms/rooms/clients", "room - rooms: clients"),
    ("presence/users/users/clients/clients/heartbeat", "heartbeat users clients"),
    ("presence/users/clients/clients/clients/heartbeat", "heartbeat clients clients"),
    ("presence/clients/$c/heartbeat", "heartbeat - $c"),
    ("presence/clients/c/rooms/lab/$x", "room - c: lab/$x"),
    ("presence/clients/c/rooms/Status", "room - c: Status"),
    ("presence/clients/c/rooms/statuses", "room - c: statuses"),
    ("presence/clients/a b/heartbeat", "heartbeat - a b"),
    ("presence/clients/é\u{a0}🦉\u{fffd}/heartbeat", "heartbeat - é\u{a0}🦉\u{fffd}"),
    ("presence/clients/\(l128)/heartbeat", "heartbeat - \(l128)"),
    ("presence/users/\(l128)/clients/\(l128)/status", "status \(l128) \(l128)"),
    ("presence/occupancy/\(room256)", "occupancy: \(room256)"),
  ])
  func `an odd name that is allowed is taken`(topic: String, meaning: String) {
    #expect(described(topic) == meaning)
  }

  @Test(arguments: [
    "", "/", "presence", "presence/", "presence/x", "Presence/clients/c/heartbeat",
    "presencex/clients/c/heartbeat", "/presence/clients/c/heartbeat", "clients/c/heartbeat",
    "presence/clients", "presence/clients/", "presence/clients/c", "presence/clients/c/",
    "presence/clients/c/x", "presence/clients/c/statuses", "presence/clients/c/status/",
    "presence/clients/c/heartbeat/", "presence/clients/c/heartbeat/x", "presence/clients/c/rooms",
    "presence/clients/c/d/heartbeat", "presence/users/ann/heartbeat", "presence/users/ann/status",
    "presence/users/ann/devices/c/heartbeat", "presence/users/ann/clients/c/d/status",
    "presence/users/a/b/clients/c/heartbeat", "presence/users/", "presence/users/ann",
    "presence/users/ann/clients/c", "presence/clients/heartbeat", "presence/heartbeat",
    "presence/bridge/fence/", "presence/bridge", "presence/bridge/x", "presence/events",
    "presence/occupancy", "presence/count", "$SYS/broker/uptimes", "$SYS/broker",
    "presence/clients/c/status\0",
  ])
  func `what is no topic of the bridge is not taken for one`(topic: String) {
    #expect(described(topic) == "unknownTopic")
  }

  @Test(arguments: [
    ("clients//heartbeat", "emptyLevel"), ("users//clients/c/heartbeat", "emptyLevel"),
    ("users/ann/clients//heartbeat", "emptyLevel"), ("clients//status", "emptyLevel"),
    ("clients/\(l129)/heartbeat", "levelTooLong"),
    ("users/\(l129)/clients/c/heartbeat", "levelTooLong"),
    ("clients/\(l129)/status", "levelTooLong"),
    ("clients/a+/heartbeat", "wildcard"), ("clients/#/heartbeat", "wildcard"),
    ("users/+/clients/c/heartbeat", "wildcard"), ("clients/a\0/heartbeat", "controlCharacter"),
    ("clients/a\u{1f}/heartbeat", "controlCharacter"),
    ("clients/a\u{7f}/heartbeat", "controlCharacter"),
    ("clients/a\u{80}/heartbeat", "controlCharacter"),
    ("clients/a\u{9f}/heartbeat", "controlCharacter"),
    ("users/a\n/clients/c/heartbeat", "controlCharacter"),
    ("clients/c/rooms/", "emptyLevel"), ("clients/c/rooms/lab/", "emptyLevel"),
    ("clients/c/rooms//lab", "emptyLevel"), ("clients/c/rooms/a//b", "emptyLevel"),
    ("clients/c/rooms/status", "reservedLevel"), ("clients/c/rooms/lab/status", "reservedLevel"),
    ("clients/c/rooms/a/heartbeat", "reservedLevel"), ("clients/c/rooms/rooms", "reservedLevel"),
    ("clients/c/rooms/heartbeat", "reservedLevel"), ("clients/c/rooms/rooms/a", "reservedLevel"),
    ("clients/c/rooms/$lab", "dollarFirst"), ("clients/c/rooms/a/b+", "wildcard"),
    ("clients/c/rooms/\(l129)", "levelTooLong"), ("clients/c/rooms/\(room256)z", "roomTooLong"),
    ("clients/c+/rooms/lab", "wildcard"), ("users/\u{1}/clients/c/rooms/lab", "controlCharacter"),
    ("occupancy/", "emptyLevel"), ("occupancy/a/status", "reservedLevel"),
    ("occupancy/heartbeat", "reservedLevel"), ("count/$a", "dollarFirst"),
    ("count/a\u{85}", "controlCharacter"),
  ])
  func `a name that is not allowed is said to be so`(rest: String, problem: String) {
    #expect(described("presence/" + rest) == problem)
  }

  @Test(
    arguments: [
      [0xff], [0x80], [0xc0, 0xaf], [0xc1, 0xbf], [0xc3], [0xe0, 0x9f, 0xbf], [0xe2, 0x82],
      [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0xa6], [0xe2, 0x28, 0xa1], [0xe2, 0x82, 0x28],
      [0xf0, 0x9f, 0x28, 0x89], [0xc3, 0x28],
    ] as [[UInt8]])
  func `a name that is not strict UTF-8 is refused`(bad: [UInt8]) {
    for rest in ["heartbeat", "status", "rooms/lab"] {
      let topic = Array("presence/clients/c".utf8) + bad + Array("/\(rest)".utf8)
      #expect(described(topic) == "notUTF8")
    }
    #expect(described(Array("presence/occupancy/lab".utf8) + bad) == "notUTF8")
  }

  @Test(
    arguments: [
      [0xc2, 0xa0], [0xdf, 0xbf], [0xe0, 0xa0, 0x80], [0xed, 0x9f, 0xbf], [0xee, 0x80, 0x80],
      [0xef, 0xbf, 0xbd], [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbd],
    ] as [[UInt8]])
  func `a character at an edge of UTF-8 is taken`(good: [UInt8]) {
    let topic = Array("presence/clients/".utf8) + good + Array("/heartbeat".utf8)
    #expect(described(topic) == "heartbeat - \(text(good))")
  }

  @Test func `a root may have several levels, also ones like those below it`() {
    #expect(described("a/clients/b/clients/c/heartbeat", root: "a/clients/b") == "heartbeat - c")
    #expect(described("a/clients/clients/c/status", root: "a/clients") == "status - c")
    #expect(described("a/clients/c/status", root: "a/clients") == "unknownTopic")
  }
}
