import Presence
import Store

/// Commits: one a turn, before anything of the turn is acknowledged or published. One that is too large for a
/// turn goes on in the next ones, which read on, but let nothing out.
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
      if saving.isUnfinished { return now.instant + Self.partPause }
      return stage == .live ? saving.nextAttempt : .never
    }
  }

  private static let partPause = Duration.milliseconds(1)

  private func saveAtEnd() {
    guard saving.end == .open else { return }
    if saving.isDurable || saving.isUnfinished { commit() } else { rewriteIfDue() }
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

  /// When the broker would send nothing more.
  func stallTime(_ session: Session) -> Instant { session.lastInput + Self.stall }

  func save() {
    guard saving.isDurable || saving.isUnfinished else { return rewriteIfDue() }
    guard
      saving.isUnfinished || engine.hasUnsaved || saving.mustRaise(above: engine.revision)
        || saving.isStampDue(at: now)
        || (stage == .live && saving.unknownSince != nil)
    else { return }
    commit()
  }

  private func commit() {
    saving.unsaved.append(engine.takeUnsaved())
    put { row throws(StoreError) in
      try storage.commit(&saving.unsaved, of: engine, bridge: row)
    }
  }

  /// The database could not be written for a while: what it lacks is everything.
  private func rewriteIfDue() {
    _ = engine.takeUnsaved()
    guard now.instant >= saving.nextAttempt else { return }
    put { row throws(StoreError) in
      try storage.rewrite(&saving.unsaved, of: engine, bridge: row)
    }
  }

  private func put(_ write: (BridgeRow) throws(StoreError) -> Bool) {
    saving.lookBack(at: now)
    var row = BridgeRow(revision: saving.nextCeiling(above: engine.revision), aliveAt: now.wall)
    row.unknownSince = saving.unknownSince
    do throws(StoreError) {
      guard try write(row) else { return goOn() }
      tally.commits += 1
      if !saving.isDurable { log.log(.notice, at: now, "the database can be written again") }
      saving.succeeded(ceiling: row.revision, aliveAt: row.aliveAt, isLive: stage == .live)
    } catch {
      couldNotSave(error)
    }
  }

  private func goOn() {
    saving.goesOn(at: now.instant)
    guard saving.isStuck(at: now.instant) else { return }
    storage.abandonCommit()
    couldNotSave(.failed(call: "commit", code: 0, reason: "it does not come to an end"))
  }

  func couldNotSave(_ error: StoreError) {
    if case .takenOver = error { return takenOver(error.description) }
    tally.commitsFailed += 1
    if saving.isDurable {
      log.log(.error, at: now, "going on from memory alone: \(error)")
    }
    saving.failed(error.description, at: now.instant)
  }

  /// Lets go what is queued: acknowledgements, publishes, subscriptions.
  func release() {
    guard let session, session.isOpen, !saving.isHoldingBack else { return }
    if session.phase == .settling, session.withheld > 0, !isStalled { return }
    session.write()
    session.acknowledged()
    handleSessionChange()
  }
}
