import Glibc
import MQTT

/// The loop of `rollcall watch`: one connection at a time, made again when it is lost, from which
/// the model is fed and the view told.
final class Watcher {
  struct Settings {
    /// After which it ends by itself.
    var limit: Duration?
    /// In which the first connection must stand and have told the present state.
    var connectLimit: Duration
  }

  private var access: BrokerAccess
  private let filters: [String]
  private let settings: Settings
  private let view: any WatchView
  private var model = WatchModel()
  private var session: BrokerSession?
  /// The room whose snapshot this session is subscribed to.
  private var openRoom: RoomName?
  private var nextAttempt = Duration.zero
  private var failures = 0
  private var hasBeenConnected = false
  private var nextKeepAlive = Duration.zero
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant

  /// How long a turn waits at most: the picture's next redraw.
  private static let turn = Duration.milliseconds(100)

  init(_ access: BrokerAccess, filters: [String], settings: Settings, view: any WatchView) {
    self.access = access
    self.filters = filters
    self.settings = settings
    self.view = view
    start = clock.now
  }

  private var now: Duration { clock.now - start }

  /// Until a signal, the limit, or nobody reads any more.
  /// - Throws: when the first connection cannot be made.
  func run() throws(ProgramError) {
    do throws(MQTTError) {
      let ending = try SignalDescriptor([SIGINT, SIGTERM, SIGHUP])
      stopWaitingForReaders(at: ending.descriptor)
      let signals = try SignalDescriptor([SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH])
      view.begin()
      defer { view.end() }
      var poller = Poller()
      while heeds(signals), now < settings.limit ?? .seconds(1 << 40) {
        guard try turn(&poller, signals) else { break }
      }
      session?.disconnect()
    } catch {
      throw .failed("\(access.place): \(error.detail)")
    }
  }

  /// - Returns: false when a signal ends it all.
  private func heeds(_ signals: SignalDescriptor) -> Bool {
    switch signals.next() {
    case nil: return true
    case SIGWINCH: view.redraw()
    case SIGTSTP:
      view.end()
      signals.obey(SIGTSTP)
      view.begin()
    default: return false
    }
    return true
  }

  /// - Returns: false when nobody reads any more.
  private func turn(_ poller: inout Poller, _ signals: SignalDescriptor) throws(MQTTError) -> Bool {
    try connectIfDue()
    poller.removeAll()
    poller.add(signals.descriptor)
    poller.add(view.keyboard)
    if let session { poller.add(session.connection) }
    try poller.wait(Self.turn)
    if let session {
      session.serve(readable: poller[2].contains(.readable))
      if now >= nextKeepAlive {
        session.keepAlive()
        nextKeepAlive = now + .seconds(1)
      }
    }
    if poller[1].contains(.readable), !view.takeKeys(&model) { return false }
    followOpenRoom()
    return try tell(news()) && view.refresh(&model, now: now)
  }

  /// Subscribes to the snapshot of the room that is open, and no longer to the one before.
  private func followOpenRoom() {
    guard let session, model.synchronized, openRoom != view.openRoom else { return }
    if let openRoom { session.unsubscribe(topic(of: openRoom)) }
    openRoom = view.openRoom
    if let openRoom { session.subscribe(topic(of: openRoom)) }
  }

  private func topic(of room: RoomName) -> String {
    "\(access.root)/occupancy/" + String(decoding: room.bytes, as: UTF8.self)
  }

  private func tell(_ changes: [WatchChange]) -> Bool {
    changes.allSatisfy { view.show($0, in: &model) }
  }

  private func connectIfDue() throws(MQTTError) {
    guard session == nil, now >= nextAttempt else { return }
    do throws(MQTTError) {
      session = try BrokerSession(access, filters: filters)
      openRoom = nil
      model.beginReplay()
    } catch {
      guard hasBeenConnected else { throw error }
      waitForNextAttempt()
    }
  }

  private func news() throws(MQTTError) -> [WatchChange] {
    guard let session else { return [] }
    var changes = session.take().flatMap { message in
      change(message).map { model.take($0, at: now) } ?? []
    }
    if session.isOver { return try changes + lost(session) }
    if !model.synchronized, session.replayIsOver {
      changes += (failures > 0 ? [.connected] : []) + model.endReplay()
      (hasBeenConnected, failures) = (true, 0)
    }
    guard hasBeenConnected || now < settings.connectLimit else {
      throw MQTTError(
        call: "watch", code: 0, detail: "no complete answer within \(settings.connectLimit)")
    }
    return changes
  }

  private func lost(_ session: BrokerSession) throws(MQTTError) -> [WatchChange] {
    self.session = nil
    if !hasBeenConnected, let older = session.accessForOlderBroker {
      access = older
      return []
    }
    guard hasBeenConnected else { throw session.failure }
    let isNews = failures == 0
    waitForNextAttempt()
    return isNews ? [.lost(session.failure.detail)] : []
  }

  /// Half a second, doubled up to ten.
  private func waitForNextAttempt() {
    nextAttempt = now + min(.milliseconds(500) * (1 << min(failures, 5)), .seconds(10))
    failures += 1
  }

  private func change(_ message: BrokerSession.Received) -> WatchModel.Message? {
    if let room = RoomName(message.topic, under: "\(access.root)/count/") {
      return .count(room, message.payload)
    }
    if let room = RoomName(message.topic, under: "\(access.root)/events/") {
      return .event(room, message.payload)
    }
    if let room = RoomName(message.topic, under: "\(access.root)/occupancy/") {
      return .occupancy(room, message.payload)
    }
    if message.topic.elementsEqual("\(access.root)/bridge/stats".utf8) {
      return .stats(message.payload)
    }
    return session?.isMarker(message.topic) == true ? .bridge(message.payload) : nil
  }
}
