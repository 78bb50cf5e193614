import Presence
import Topics

/// Makes reports of what a dialect says: with the source's namespace, rooms and timeouts.
///
/// One a source. Between ``begin(_:topic:payload:taker:)`` and ``end()`` it belongs to one message.
final class Translator: DialectListener {
  let source: Source
  let template: RoomTemplate
  /// `.zero`: the will alone decides.
  let timeout: Duration
  let confirmation: Duration?
  let departure: Reason
  private let wills: RetainedWills
  /// By the number of the dialect's topic, the names of the levels that it takes.
  private let names: [[String]]
  let assignments: Assignments
  private let clients: NameBuffer
  private let gateways: NameBuffer

  /// How many messages it has read.
  private(set) var received: UInt64 = 0
  private(set) var message: DialectMessage?
  private(set) var topic = 0
  private var taker: (any ReportTaker)?
  private var outcome = SourceOutcome.mine
  /// What has been said once.
  private var remarks: Set<String> = []

  init(
    _ source: Source, template: RoomTemplate, _ dialect: some Dialect, names: [[String]],
    _ assignments: Assignments
  ) {
    self.source = source
    self.template = template
    self.names = names
    self.assignments = assignments
    timeout = source.timeout ?? dialect.defaults.timeout
    confirmation = dialect.defaults.confirmation
    departure = source.isExclusive ?? dialect.defaults.isExclusive ? .moved : .left
    wills = dialect.defaults.wills
    clients = NameBuffer(namespace: source.namespace)
    gateways = NameBuffer(namespace: source.namespace)
  }

  func begin(_ message: DialectMessage, topic: Int, taker: any ReportTaker) {
    received += 1
    self.message = message
    self.topic = topic
    self.taker = taker
    outcome = .mine
  }

  func end() -> SourceOutcome {
    message = nil
    taker = nil
    return outcome
  }

  func isStale(_ words: String?) { if case .mine = outcome { outcome = .stale(words) } }

  func remark(_ words: String) {
    if remarks.insert(words).inserted { taker?.remark(words, of: source) }
  }

  func ask(_ topic: [UInt8], _ payload: [UInt8]) { taker?.ask(topic, payload) }

  func isInvalid(_ words: String) {
    if case .invalid = outcome { return }
    outcome = .invalid(words)
  }

  func standing(of client: UnsafeRawBufferPointer, user: UnsafeRawBufferPointer?) -> Standing? {
    guard let client = clients.name(client),
      let known = taker?.standing(of: Who(user: user, client: client))
    else { return nil }
    return Standing(epoch: known.epoch, isPresent: known.isPresent)
  }

  func forEachPresent(
    _ body: (_ client: UnsafeRawBufferPointer, _ user: UnsafeRawBufferPointer?) -> Void
  ) {
    let prefix = Array("\(source.namespace):".utf8)
    taker?.forEachPresent(with: prefix) { client, user in
      body(UnsafeRawBufferPointer(rebasing: client[prefix.count...]), user)
    }
  }

  func hear(_ saying: Saying) {
    guard let client = name(saying.client, in: clients) else { return }
    if let user = saying.user, let problem = Names.problem(ofLevel: user) {
      return isInvalid("the user: \(problem.words)")
    }
    let who = Who(user: saying.user, client: client)
    var report = Report(
      who: who, word: .heartbeat(nil), isReplay: message?.isReplay ?? false, timeout: timeout)
    report.wills = wills
    if let gateway = saying.gateway {
      guard let name = name(gateway, in: gateways) else { return }
      report.gateway = Who(client: name)
      report.returnsAlone = saying.returnsAlone
    }
    report.isGateway = saying.isGateway
    if case .heartbeat(let beat) = saying.word {
      report.word = .heartbeat(beat)
      taker?.take(report)
    } else {
      tell(saying, &report)
    }
  }

  private func name(
    _ id: UnsafeRawBufferPointer, in buffer: NameBuffer
  ) -> UnsafeRawBufferPointer? {
    if let problem = Names.problem(ofLevel: id) {
      isInvalid("the client: \(problem.words)")
      return nil
    }
    guard let name = buffer.name(id) else {
      isInvalid("the client with its namespace: \(TopicProblem.levelTooLong.words)")
      return nil
    }
    return name
  }

  func pass(_ report: Report) { taker?.take(report) }

  /// Whether the bridge knows the client that a report is about.
  func isKnown(_ report: Report) -> Bool { taker?.standing(of: report.who) != nil }

  /// What a name in the room's template stands for; a value of the payload goes before a level of the topic.
  func value(_ name: String, _ saying: Saying) -> UnsafeRawBufferPointer? {
    if name == "client" { return saying.client }
    if name == "user", let user = saying.user { return user }
    for (key, value) in saying.values where Self.equal(key, name) { return value }
    guard let place = names[topic].firstIndex(of: name) else { return nil }
    return message?.levels[place]
  }

  private static func equal(_ key: StaticString, _ name: String) -> Bool {
    UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
      .elementsEqual(name.utf8)
  }

  /// Whether each room has a topic of its own, as with `status doors/{room}/{client}`.
  var hasTopicForEachRoom: Bool {
    source.isCustom && template.names.contains("room") && names[topic].contains("room")
  }
}
