import Dialects
import Presence
import Topics

/// What a live message would do, in lines for a person: which source reads it, and which client, rooms and event
/// it makes. Nothing is known beforehand of any client.
public final class Explanation {
  public private(set) var lines: [String] = []
  private let configuration: Configuration
  private let assignments: Assignments
  private var reports = 0

  public init(topic: String, payload: String, _ configuration: Configuration) {
    self.configuration = configuration
    assignments = Assignments(configuration.assignments)
    var topic = topic
    var payload = payload
    topic.withUTF8 { topic in
      payload.withUTF8 { explain(UnsafeRawBufferPointer(topic), UnsafeRawBufferPointer($0)) }
    }
  }

  private func explain(_ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) {
    let native = TopicReader(root: configuration.root).read(topic)
    if case .invalid(.unknownTopic) = native {
      explainSource(topic, payload)
    } else {
      explainNative(native, payload)
    }
  }

  private func explainNative(_ topic: Topic, _ payload: UnsafeRawBufferPointer) {
    let limits = PayloadLimits(
      maxPayload: configuration.maxPayload, maxRooms: configuration.maxRoomsPerClient)
    do throws(PayloadProblem) {
      switch topic {
      case .status(let who):
        let status = try Payload.status(payload, limits: limits)
        native(who)
        tell(added(assignments.rooms(of: who.client), to: status))
      case .heartbeat(let who):
        let beat = try Payload.heartbeat(payload, limits: limits)
        native(who)
        tell(beat)
      case .room(let who, let room):
        let action = try Payload.room(payload, limits: limits)
        native(who)
        tell(room, action)
      case .invalid(let problem): add("ignored", "invalid: \(problem.words)")
      default: add("ignored", "the bridge's own, or the broker's: it says nothing of a client")
      }
    } catch { add("ignored", "invalid: \(error.words)") }
  }

  private func native(_ who: Who) {
    add("source", "native" + (configuration.native ? "" : ", which is off: nothing of it is read"))
    tell(who)
  }

  private func added(_ rooms: [[UInt8]], to status: Status) -> Status {
    guard case .online(let birth) = status, !rooms.isEmpty else { return status }
    return .online(Assignments.add(rooms, to: birth, orFrom: []))
  }

  private func explainSource(_ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) {
    let reader = SourceReader(
      configuration.sources, configuration.assignments, reserved: configuration.reservedFilters,
      rules: configuration.sourceRules)
    guard let (source, pattern) = reader.source(reading: topic) else {
      return add("ignored", "no source reads this topic")
    }
    let kind = source.isCustom ? "custom " : ""
    add("source", "\(kind)\(source.name) (line \(source.line)), as \(pattern)")
    let outcome = reader.read(
      topic: topic, payload: payload, isReplay: false, now: SystemClock().now, taker: self)
    switch outcome {
    case .invalid(let words): add("ignored", "invalid: \(words)")
    case .stale(let words):
      add("ignored", "stale: \(words ?? "older than what was heard before")")
    case .mine where lines.count == 1: add("ignored", "the source takes nothing from it")
    case .mine, .notMine: break
    }
  }
}

extension Explanation: ReportTaker {
  public func standing(of who: Who) -> (epoch: Int64?, isPresent: Bool)? { nil }

  public func forEachPresent(
    with prefix: [UInt8], _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void
  ) {}

  public func remark(_ words: String, of source: Source) { add("note", words) }

  public func ask(_ topic: [UInt8], _ payload: [UInt8]) {
    add("asks", topic.withUnsafeBytes { Log.printable($0) })
  }

  public func take(_ report: Report) {
    reports += 1
    if reports > 1 { lines.append("") }
    tell(report.who)
    if report.isGateway { add("gateway", "it carries others, which go and come back with it") }
    if let gateway = report.gateway {
      add("gateway", "carried by \(Log.printable(gateway.client))")
    }
    switch report.word {
    case .status(let status): tell(status)
    case .heartbeat(let beat): tell(beat ?? Heartbeat())
    case .room(let room, let action): tell(room, action)
    case .isThere(let room, var birth):
      birth.rooms = [[UInt8](room)]
      tell(.online(Assignments.add(report.assigned, to: birth)))
    case .isNotThere(let room, let death):
      tell([[UInt8](room)])
      add("event", "leaves the room; if it is in no other, it is offline\(epoch(death.epoch))")
    case .isForgotten(let room):
      tell([[UInt8](room)])
      add("event", "leaves the room; if it is in no other, it is forgotten")
    }
  }
}

/// The lines.
extension Explanation {
  private func add(_ key: String, _ text: String) {
    lines.append(key + String(repeating: " ", count: max(1, 9 - key.count)) + text)
  }

  private func tell(_ who: Who) {
    let user = who.user.map { " of user \(Log.printable($0))" } ?? ""
    add("client", Log.printable(who.client) + user)
  }

  private func tell(_ rooms: [[UInt8]]) {
    let names = rooms.map { $0.withUnsafeBytes { Log.printable($0) } }
    add("rooms", names.isEmpty ? "none" : names.joined(separator: ", "))
  }

  private func tell(_ status: Status) {
    switch status {
    case .online(let birth):
      if let rooms = birth.rooms { tell(rooms) } else { add("rooms", "those it has") }
      let word = birth.isAsleep ? "asleep" : "online"
      add("event", word + silence(birth.timeout) + epoch(birth.epoch) + departure(birth))
    case .offline(let death):
      let grace = configuration.offlineGrace.configurationText
      add("event", "offline, after \(grace) without a sign of life\(epoch(death.epoch))")
    case .forget: add("event", "forgotten")
    }
  }

  private func tell(_ beat: Heartbeat) {
    add("event", "heartbeat, if the client is known\(silence(beat.timeout))\(epoch(beat.epoch))")
  }

  private func tell(_ room: UnsafeRawBufferPointer, _ action: RoomAction) {
    tell([[UInt8](room)])
    add("event", action == .leave ? "leaves the room" : "joins the room")
  }

  private func silence(_ timeout: Duration?) -> String {
    guard let timeout else { return "" }
    return timeout == .zero ? ", until its will" : ", for \(timeout.configurationText) of silence"
  }

  private func departure(_ birth: Birth) -> String {
    birth.departure == .moved ? ", leaving every other room" : ""
  }

  private func epoch(_ epoch: Int64?) -> String { epoch.map { ", epoch \($0)" } ?? "" }
}
