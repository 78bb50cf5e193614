import Presence
import Topics

/// The words of a dialect that are not heartbeats, and the rooms that go with them.
extension Translator {
  func tell(_ saying: Saying, _ report: inout Report) {
    report.assigned = assignments.rooms(of: report.who.client)
    switch saying.word {
    case .online(let birth): online(birth, saying, &report)
    case .offline(let death):
      report.hash = hash(nil, nil)
      if saying.hasRoom, hasTopicForEachRoom {
        withRoom(saying, &report) { .isNotThere($0, death) }
      } else {
        send(.status(.offline(death)), &report)
      }
    case .forgotten:
      if saying.hasRoom, hasTopicForEachRoom {
        withRoom(saying, &report) { .isForgotten($0) }
      } else {
        send(.status(.forget), &report)
      }
    case .heartbeat(let beat): send(.heartbeat(beat), &report)
    case .enters: enters(saying, &report)
    case .leaves: withRoom(saying, &report) { .room($0, .leave) }
    case .isIn(let rooms): isIn(rooms, saying, &report)
    }
  }

  private func online(_ word: Birth, _ saying: Saying, _ report: inout Report) {
    var birth = timed(word, saying)
    guard saying.hasRoom else {
      birth.rooms = report.assigned
      return tellBirth(birth, &report)
    }
    if hasTopicForEachRoom {
      birth.departure = departure
      guard let room = room(saying) else { return }
      report.hash =
        departure == .moved
        ? hash([room] + report.assigned, birth) : hash(ofAnyRoom: birth, report)
      return room.withUnsafeBytes { send(.isThere($0, birth), &report) }
    }
    birth.departure = departure
    if findsRooms(saying) { return onlineSomewhere(birth, &report) }
    if report.assigned.isEmpty {
      guard let room = room(saying) else { return }
      birth.rooms = [room]
    } else {
      birth.rooms = report.assigned
    }
    tellBirth(birth, &report)
  }

  /// It keeps the rooms that it was last said to be in, and those by hand.
  private func onlineSomewhere(_ word: Birth, _ report: inout Report) {
    var birth = word
    if !report.assigned.isEmpty, !isKnown(report) { birth.rooms = report.assigned }
    tellBirth(birth, &report)
    if birth.rooms == nil { joinAssigned(&report) }
  }

  /// Whether the source says at other times which room its clients are in.
  private func findsRooms(_ saying: Saying) -> Bool {
    template.names.contains { value($0, saying) == nil && $0 != "user" }
  }

  private func joinAssigned(_ report: inout Report) {
    guard !report.isReplay else { return }
    for room in report.assigned {
      room.withUnsafeBytes { send(.room($0, .join(data: nil)), &report) }
    }
  }

  private func enters(_ saying: Saying, _ report: inout Report) {
    guard let room = room(saying) else { return }
    if departure == .moved || !isKnown(report) {
      tellRooms([room], saying, &report)
    } else {
      room.withUnsafeBytes { send(.room($0, .join(data: nil)), &report) }
    }
  }

  private func isIn(
    _ values: [UnsafeRawBufferPointer], _ saying: Saying, _ report: inout Report
  ) {
    var rooms: [[UInt8]] = []
    var seen: Set<[UInt8]> = []
    for value in values {
      guard let room = room(saying, named: value) else { return }
      if seen.insert(room).inserted { rooms.append(room) }
    }
    tellRooms(rooms, saying, &report)
  }

  /// A birth with these rooms, and those by hand.
  private func tellRooms(_ rooms: [[UInt8]], _ saying: Saying, _ report: inout Report) {
    var birth = timed(Birth(rooms: rooms), saying)
    birth.departure = departure
    tellBirth(Assignments.add(report.assigned, to: birth), &report)
  }

  private func tellBirth(_ birth: Birth, _ report: inout Report) {
    report.hash = hash(birth.rooms, birth)
    send(.status(.online(birth)), &report)
  }

  /// A gateway that is no device has no heartbeat of its own: unless the dialect says otherwise, its will alone
  /// decides.
  private func timed(_ word: Birth, _ saying: Saying) -> Birth {
    var birth = word
    if birth.timeout == nil {
      birth.timeout = birth.isAsleep ? source.sleepTimeout : saying.hasRoom ? timeout : .zero
    }
    if birth.timeout == .zero { birth.confirmation = birth.confirmation ?? confirmation }
    return birth
  }

  private func send(_ word: Report.Word, _ report: inout Report) {
    if case .status(.online(let birth)) = word { report.timeout = birth.timeout ?? timeout }
    report.word = word
    pass(report)
  }

  private func withRoom(
    _ saying: Saying, _ report: inout Report, _ word: (UnsafeRawBufferPointer) -> Report.Word
  ) {
    guard let room = room(saying) else { return }
    report.hash = hash([room], nil)
    room.withUnsafeBytes { send(word($0), &report) }
  }
}

extension Translator {
  /// The room that the template makes; `nil`: none that is allowed, which is noted.
  private func room(_ saying: Saying, named room: UnsafeRawBufferPointer? = nil) -> [UInt8]? {
    var missing = ""
    let made = template.room { name in
      if name == "room", let room { return room }
      let value = value(name, saying)
      if value == nil { missing = name }
      return value
    }
    guard let made else {
      isInvalid("the message does not say the {\(missing)} that is in the room")
      return nil
    }
    if let problem = Names.problem(ofRoom: made) {
      isInvalid("the room: \(problem.words)")
      return nil
    }
    return made
  }

  /// Where a client has a topic for each of its rooms, all of them are one claim: it tells connections apart, where
  /// they are numbered, and configurations.
  private func hash(ofAnyRoom birth: Birth, _ report: Report) -> UInt64 {
    var hash = ReportHash()
    for part in template.parts {
      switch part {
      case .text(let bytes): hash.add(bytes)
      case .name(let name): hash.add(name.utf8)
      }
    }
    for room in report.assigned { hash.add(room) }
    hash.add(timeout.nanoseconds)
    hash.add(birth.epoch ?? -1)
    return hash.value
  }

  /// Of the payload, and of what the configuration made of it.
  private func hash(_ rooms: [[UInt8]]?, _ birth: Birth?) -> UInt64 {
    var hash = ReportHash()
    if let payload = message?.payload { hash.add(payload) }
    for room in rooms ?? [] { hash.add(room) }
    if let timeout = birth?.timeout { hash.add(timeout.nanoseconds) }
    if let birth { hash.add(birth.isAsleep ? 1 : 0) }
    return hash.value
  }
}
