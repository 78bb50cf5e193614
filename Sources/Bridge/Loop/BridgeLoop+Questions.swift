import Presence
import Store
import Topics

/// `query`: what somebody asks is answered from what was committed, a few milliseconds a turn.
extension BridgeLoop {
  private static let answerTime = Duration.milliseconds(5)
  /// Members or rooms that are looked at before the clock is, again.
  private static let stepBudget = 4_000

  /// Takes a question in. One that was retained was not asked now, and before we know who is where none is.
  func hear(_ delivery: Delivery) {
    guard let session, session.phase == .live, !delivery.isReplay else { return }
    tally.queries += 1
    let asking = Asking(delivery.payload, limits: limits)
    guard let reply = delivery.reply ?? asking.reply.map({ ReplyAddress(topic: $0) }) else {
      return refuse(delivery, "says nowhere to answer to")
    }
    guard mayAnswer(on: reply.topic) else {
      return refuse(delivery, "asks for an answer where none may go")
    }
    if !session.questions.admit(QuestionDesk.Waiting(asking: asking, reply: reply), at: now.instant)
    {
      tally.queriesLimited += 1
    }
  }

  /// An answer on a topic that a source reads would be taken for what a device says.
  private func mayAnswer(on topic: [UInt8]) -> Bool {
    names.mayAnswer(on: topic, notBelow: [configuration.homeAssistantPrefix])
      && topic.withUnsafeBytes { sources.source(reading: $0) } == nil
  }

  private func refuse(_ delivery: Delivery, _ words: String) {
    tally.invalid += 1
    log.limited("query", .warning, at: now, "\(Log.printable(delivery.topic)): \(words)")
  }

  func answerQuestions() {
    guard let session, session.phase == .live, canPublish else { return }
    answerQuestions { answer, question in
      guard canPublish else { return false }
      let outcome = session.answer(
        answer, to: question.reply, atLeastOnce: question.asking.isAcknowledged)
      tell(outcome, question.reply.topic, answer.count)
      return true
    }
  }

  /// - Parameter send: whether it has taken the answer; `false`: it is for later.
  func answerQuestions(_ send: ([UInt8], QuestionDesk.Waiting) -> Bool) {
    guard let session, session.questions.isBusy else { return }
    let end = clock.now.instant + Self.answerTime
    repeat {
      guard let question = session.questions.first else { return }
      guard let answer = answer(question, session) else { continue }
      guard send(answer, question) else { return }
      session.questions.next()
    } while clock.now.instant < end
  }

  /// Where to is for who asks to choose; so it is no fault of the bridge's rights.
  func answerWasRefused(on topic: [UInt8], _ reason: Int32) {
    let place = topic.withUnsafeBytes { Log.printable($0) }
    log.limited(
      "answer", .warning, at: now,
      "\(configuration.root)/query: the broker refuses the answer on \(place) (reason \(reason))")
  }

  /// - Returns: `nil`: not yet; the work that was begun goes on.
  private func answer(_ waiting: QuestionDesk.Waiting, _ session: Session) -> [UInt8]? {
    let writer = AnswerWriter(id: waiting.asking.id)
    switch waiting.asking.question {
    case .failure(let problem): return writer.error(problem.words)
    case .success(.members(let room, let after, let limit)):
      return members(room, after, limit, waiting, writer)
    case .success(.roomsOf(let client, let user)): return roomsOf(client, user, waiting, writer)
    case .success(.rooms(let prefix, let after, let limit)):
      return rooms(prefix, after, limit, waiting, writer, session)
    case .success(.history(let room, let since, let step)):
      return history(room, since, step, waiting, writer, session)
    }
  }

  /// How long an answer may be.
  private func limit(of waiting: QuestionDesk.Waiting) -> Int {
    let properties = (waiting.reply.correlation?.count ?? 0) + 8
    return min(configuration.maxSnapshot, maxBytes(topic: waiting.reply.topic) - properties)
  }

  private func members(
    _ room: [UInt8], _ after: MemberName?, _ limit: Int, _ waiting: QuestionDesk.Waiting,
    _ writer: AnswerWriter
  ) -> [UInt8]? {
    let maxBytes = self.limit(of: waiting)
    guard let index = room.withUnsafeBytes({ engine.findRoom($0) }) else {
      return writer.members(of: room, count: 0, [], more: false, maxBytes: maxBytes)
    }
    var budget = Self.stepBudget
    guard
      let page = engine.membersPage(of: index, after: after, limit: limit, budget: &budget)
    else { return nil }
    return engine.withNames { names in
      writer.members(
        of: room, count: engine.figures(of: index).count,
        page.members.map { RoomEncoder.member($0, engine, names) }, more: page.more,
        maxBytes: maxBytes)
    }
  }

  private func roomsOf(
    _ client: [UInt8], _ user: [UInt8]?, _ waiting: QuestionDesk.Waiting, _ writer: AnswerWriter
  ) -> [UInt8] {
    let (rooms, since) = client.withUnsafeBytes { client in
      guard let user else { return engine.rooms(of: Who(client: client)) }
      return user.withUnsafeBytes { engine.rooms(of: Who(user: $0, client: client)) }
    }
    return writer.roomsOf(
      client: client, user: user, rooms: rooms, since: since, maxBytes: limit(of: waiting))
  }

  private func rooms(
    _ prefix: [UInt8], _ after: [UInt8]?, _ limit: Int, _ waiting: QuestionDesk.Waiting,
    _ writer: AnswerWriter, _ session: Session
  ) -> [UInt8]? {
    var walk = RoomsWalk(prefix: prefix, after: after, limit: limit)
    if case .rooms(let begun) = session.questions.work { walk = begun }
    session.questions.work = nil
    var budget = Self.stepBudget
    guard let page = engine.advance(&walk, budget: &budget) else {
      session.questions.work = .rooms(walk)
      return nil
    }
    return writer.rooms(
      prefix: prefix, page.rooms, more: page.more, maxBytes: self.limit(of: waiting))
  }

  private func history(
    _ room: [UInt8], _ since: Int64, _ step: Int64, _ waiting: QuestionDesk.Waiting,
    _ writer: AnswerWriter, _ session: Session
  ) -> [UInt8]? {
    do throws(StoreError) {
      guard let scan = try scan(room, since, step, session) else {
        return writer.error(
          configuration.history == nil ? "no history is kept" : "no history of such a room")
      }
      guard try scan.advance() else {
        session.questions.work = .history(scan)
        return nil
      }
      let points = scan.points.filter(\.isKnown).map { ($0.at, $0.low, $0.high, $0.mean) }
      return writer.history(
        of: room, step: step, points: points, maxBytes: limit(of: waiting))
    } catch {
      return writer.error("the history cannot be read")
    }
  }

  private func scan(
    _ room: [UInt8], _ since: Int64, _ step: Int64, _ session: Session
  ) throws(StoreError) -> HistoryScan? {
    if case .history(let scan) = session.questions.work { return scan }
    return try storage.history(of: room, since: since, step: step, at: now.wall)
  }
}
