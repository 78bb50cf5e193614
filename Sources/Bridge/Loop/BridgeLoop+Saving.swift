import Presence
import Store

/// Commits: one a turn, before anything of the turn is acknowledged or published. One that is too large for a
/// turn, or for which the disk takes its time, goes on in the next ones, which read on, but let nothing out.
extension BridgeLoop {
  /// When a full window is withheld the broker sends nothing more, the fence included. MQTT 5's is 65,535; the
  /// fewer are let go at once, the shorter that takes (1 to 2 us each). 3.1.1 has no word for the window; 20 is
  /// Mosquitto's, and where it is larger we only let go a little often.
  private func withheldLimit(_ session: Session) -> Int { session.version == .v5 ? 20_000 : 20 }
  private static let stall = Duration.milliseconds(50)

  /// Commits what changed. While settling only where the broker would otherwise send nothing more: what the
  /// replays add up to is known only at the fence.
  func saveIfAllowed() {
    switch stage {
    case .live: save()
    case .settling: if isStalled || saving.isUnfinished { save() }
    case .waiting, .connecting: if saving.isUnfinished { save() }
    case .ending: saveAtEnd()
    case .stopped: break
    }
  }

  /// When ``saveIfAllowed()`` has something to do.
  var savingTime: Instant {
    switch stage {
    case .stopped: return .never
    case .ending: return saving.end == .open ? now.instant + Self.partPause : .never
    case .live, .settling, .waiting, .connecting:
      // Its next part, or the end of what it waits for.
      if saving.isUnfinished {
        return now.instant + pause
      }
      return stage == .live ? saving.nextAttempt : .never
    }
  }

  /// Until the next look at a commit that is under way.
  private var pause: Duration {
    if saving.lockedSince != nil { return Self.lockPause }
    return storage.isSyncing ? saving.pace.pause(at: now.instant) : Self.partPause
  }

  private static let partPause = Duration.milliseconds(1)
  private static let lockPause = Duration.milliseconds(10)

  private func saveAtEnd() {
    guard saving.end == .open else { return }
    if saving.isUnfinished || saving.lack == .nothing { commit() } else { retryIfDue() }
  }

  /// What announcing itself changed is committed, too, before it goes out: a revision that was not reserved,
  /// or what was taken over from a retained snapshot.
  func saveAnnounced() {
    if stage == .live, engine.hasUnsavedRooms { save() }
  }

  private var isStalled: Bool {
    guard let session else { return false }
    return session.withheld >= withheldLimit(session)
      || (session.withheld > 0 && now.instant >= stallTime(session)) || stopping != nil
  }

  /// When the broker would send nothing more; or, where something always comes, when it would miss a word of ours.
  func stallTime(_ session: Session) -> Instant {
    min(session.lastInput + Self.stall, session.lastWrite + configuration.keepalive / 2)
  }

  func save() {
    if saving.isUnfinished { return commit() }
    guard saving.lack == .nothing else { return retryIfDue() }
    guard mustCommit else { return }
    if engine.hasUnsaved, saving.pace.gathers(at: now.instant) { return saving.goesOn() }
    commit()
  }

  private var mustCommit: Bool {
    engine.hasUnsaved || !saving.unsaved.isEmpty || saving.mustRaise(above: engine.revision)
      || saving.isStampDue(at: now) || (stage == .live && saving.unknownSince != nil)
  }

  /// The database could not be written for a while: it lacks what has changed since, or everything.
  private func retryIfDue() {
    if saving.lack == .everything { _ = engine.takeUnsaved() }
    guard now.instant >= saving.nextAttempt else { return }
    if saving.lack == .some { return commit() }
    saving.pace.began(at: now.instant)
    put { row throws(StoreError) in
      try storage.rewrite(&saving.unsaved, of: engine, bridge: row)
    }
  }

  private func commit() {
    if let end = saving.pace.gathersUntil, now.instant < end, stopping == nil { return }
    saving.pace.began(at: now.instant)
    if !storage.isSyncing { saving.unsaved.append(engine.takeUnsaved()) }
    put { row throws(StoreError) in
      try storage.commit(&saving.unsaved, of: engine, bridge: row)
    }
  }

  private func put(_ write: (BridgeRow) throws(StoreError) -> Bool) {
    saving.lookBack(at: now)
    // Once the disk is awaited the row is written.
    var row = saving.row
    if !storage.isSyncing {
      row = BridgeRow(revision: saving.nextCeiling(above: engine.revision), aliveAt: now.wall)
      row.unknownSince = saving.unknownSince
      row.unknownFor = saving.unknownFor(at: now)
      row.dropped = reconnecting.dropped
      saving.row = row
    }
    do throws(StoreError) {
      guard try write(row) else { return goOn() }
      committed(row)
    } catch {
      if error.isLock, waitsForLock() { return saving.goesOn() }
      couldNotSave(error)
    }
  }

  private func committed(_ row: BridgeRow) {
    tally.commits += 1
    let (wasHoldingBack, lack) = (saving.lack != .everything, saving.lack)
    saving.succeeded(
      ceiling: row.revision, aliveAt: row.aliveAt, isLive: stage == .live,
      isAll: !engine.hasUnsaved, at: now.instant)
    // What was read while the disk was awaited is withheld with what was read before.
    let mustGoOn = engine.hasUnsaved && (stage == .live || stage == .settling && isStalled)
    saving.pace.ended(at: clock.now.instant, isFollowed: mustGoOn && wasHoldingBack)
    if lack != .nothing, saving.isDurable {
      log.log(.notice, at: now, "the database can be written again")
      publishStats()
    }
    if mustGoOn { save() }
  }

  /// Others may write to the database for a moment.
  private func waitsForLock() -> Bool {
    guard saving.isDurable || stopping != nil else { return false }
    let since = saving.lockedSince ?? now.instant
    saving.lockedSince = since
    return now.instant - since < (stopping == nil ? Self.lockPatience : Self.lastLockPatience)
  }

  private static let lockPatience = Duration.milliseconds(200)
  /// At the end nothing else is waiting.
  private static let lastLockPatience = Duration.seconds(5)

  private func goOn() {
    saving.goesOn()
    if storage.isSyncing { saving.pace.awaitsDisk(at: now.instant) }
    guard saving.isStuck(at: now.instant) else { return }
    storage.abandonCommit()
    couldNotSave(.noAnswer(path: configuration.database))
  }

  func couldNotSave(_ error: StoreError) {
    if case .takenOver = error { return takenOver(error.description) }
    tally.commitsFailed += 1
    if saving.reason != error.description {
      log.limited(Self.kind(of: error), .error, at: now, "going on from memory alone: \(error)")
    }
    saving.pace.failed()
    let wasDurable = saving.isDurable
    saving.failed(
      error.description, isUntouched: error.isLock, retryAfter: Self.pause(after: error),
      at: now.instant)
    // Before anything is acknowledged that is in no database: who starts after us has to know.
    if wasDurable { publishStats() }
  }

  /// What follows a loss or a lock at once, and stays, is to be told as well.
  private static func kind(of error: StoreError) -> String {
    switch error {
    case .locked: "lock"
    case .lost: "loss"
    default: "save"
    }
  }

  /// A lock is let go at any moment, and what was lost can be made anew at once.
  private static func pause(after error: StoreError) -> Duration {
    switch error {
    case .locked: .milliseconds(100)
    case .lost: .zero
    default: .seconds(5)
    }
  }

  /// Whether time may pass for the engine: not where a commit has yet to write what refers to it as it is.
  var mayChange: Bool {
    !saving.isUnfinished || storage.isSyncing && mayGoOnWhileSyncing
  }

  /// Whether what comes in is to be read now: more than a commit can keep up with is not.
  public var mayRead: Bool {
    guard saving.isUnfinished else { return true }
    return storage.isSyncing ? mayGoOnWhileSyncing : engine.unsavedRows < Self.rowsAhead
  }

  private var mayGoOnWhileSyncing: Bool {
    !saving.isHoldingBack || saving.pace.mayGoOn(at: now.instant)
  }

  private static let rowsAhead = 5_000

  /// Lets go what is queued: acknowledgements, publishes, subscriptions.
  func release() {
    guard let session, session.isOpen, !saving.isHoldingBack else { return }
    if session.phase == .settling, session.withheld > 0, !isStalled { return }
    session.write()
    session.acknowledged(at: now.instant)
    handleSessionChange()
  }
}
