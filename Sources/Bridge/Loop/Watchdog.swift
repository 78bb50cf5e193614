import Presence

/// Notices a loop that turns and turns without waiting, and without getting anything done.
struct Watchdog {
  private static let patience = Duration.seconds(1)
  /// A wait that is shorter is none.
  private static let shortestWait = Duration.microseconds(100)

  private var idleSince: Instant?
  private var lastEnd = Instant(nanoseconds: .min)
  private var isTold = false
  /// Turns that were one too many.
  private(set) var busyTurns: UInt64 = 0

  /// Whether a turn that begins now has not been waited for.
  func isSuspicious(at began: Instant) -> Bool {
    lastEnd.nanoseconds != .min && began - lastEnd < Self.shortestWait
  }

  /// Takes in a turn.
  ///
  /// - Parameter isBusy: it was not waited for, and got nothing done.
  /// - Returns: whether to say now that the loop is busy with nothing; once for each time that it is.
  mutating func note(isBusy: Bool, began: Instant, ended: Instant) -> Bool {
    lastEnd = ended
    guard isBusy else {
      idleSince = nil
      isTold = false
      return false
    }
    guard let idleSince else {
      self.idleSince = began
      return false
    }
    guard ended - idleSince >= Self.patience else { return false }
    busyTurns += 1
    defer { isTold = true }
    return !isTold
  }
}

extension BridgeLoop {
  /// Changes with everything that a turn can get done.
  struct Progress: Equatable {
    var tally: Tally
    var counters: Counters
    var deliveries: Int
    var unsaved: Int
    var stage: Stage
    var compared: Int
  }

  private var progress: Progress {
    Progress(
      tally: tally, counters: engine.counters, deliveries: session?.deliveries ?? 0,
      unsaved: engine.unsavedRows + saving.unsaved.count, stage: stage,
      compared: session?.retained.compared ?? 0)
  }

  /// What a turn is compared with that begins now; `nil`: it was waited for.
  var progressToWatch: Progress? {
    watchdog.isSuspicious(at: now.instant) ? progress : nil
  }

  /// - Parameter isWorking: there is more to do than fits in a turn.
  func watch(since before: Progress?, isWorking: Bool, began: Instant, ended: Instant) {
    let isBusy = !isWorking && before.map { $0 == progress } ?? false
    guard watchdog.note(isBusy: isBusy, began: began, ended: ended) else { return }
    log.log(
      .error, at: now,
      "the loop turns without waiting and without anything to do (\(stage)): please report it")
  }
}
