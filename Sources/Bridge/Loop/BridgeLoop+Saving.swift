import Presence
import Store

/// Commits: one a turn, before anything of the turn is acknowledged or published.
extension BridgeLoop {
  /// When a full window of MQTT 5 is withheld the broker sends nothing more, the fence included. 3.1.1 has no
  /// word for the window; 20 is Mosquitto's, and where it is larger we only let go a little often.
  private var withheldLimit: Int { version == .v5 ? Fences.window - 5_000 : 20 }
  private static let stall = Duration.milliseconds(50)

  /// Commits what changed. While settling only where the broker would otherwise send nothing more: what the
  /// replays add up to is known only at the fence.
  func saveIfAllowed() {
    switch stage {
    case .live: save()
    case .settling: if isStalled { save() }
    case .waiting, .connecting, .stopped: break
    }
  }

  /// What announcing itself changed is committed, too, before it goes out: a revision that was not reserved,
  /// or what was taken over from a retained snapshot.
  func saveAnnounced() {
    if stage == .live, engine.hasUnsavedRooms { save() }
  }

  private var isStalled: Bool {
    withheld >= withheldLimit || (withheld > 0 && now.instant >= lastInput + Self.stall)
      || stopping != nil
  }

  func save() {
    guard saving.isDurable else { return rewriteIfDue() }
    guard
      engine.hasUnsaved || saving.mustRaise(above: engine.revision) || saving.isStampDue(at: now)
        || (stage == .live && saving.unknownSince != nil)
    else { return }
    let unsaved = engine.takeUnsaved()
    put { row throws(StoreError) in try storage.commit(unsaved, of: engine, bridge: row) }
  }

  /// The database could not be written for a while: what it lacks is everything.
  private func rewriteIfDue() {
    _ = engine.takeUnsaved()
    guard now.instant >= saving.nextAttempt else { return }
    put { row throws(StoreError) in try storage.rewrite(engine, bridge: row) }
    if saving.isDurable { log.log(.notice, at: now, "the database can be written again") }
  }

  private func put(_ write: (BridgeRow) throws(StoreError) -> Void) {
    saving.lookBack(at: now)
    var row = BridgeRow(revision: saving.nextCeiling(above: engine.revision), aliveAt: now.wall)
    row.unknownSince = saving.unknownSince
    do throws(StoreError) {
      try write(row)
      tally.commits += 1
      saving.succeeded(ceiling: row.revision, aliveAt: row.aliveAt, isLive: stage == .live)
    } catch {
      couldNotSave(error)
    }
  }

  func couldNotSave(_ error: StoreError) {
    if case .takenOver = error { return takenOver(error.description) }
    tally.commitsFailed += 1
    if saving.isDurable {
      log.log(.error, at: now, "going on from memory alone: \(error)")
    }
    saving.failed(at: now.instant)
  }

  /// Lets go what is queued: acknowledgements, publishes, subscriptions.
  func release() {
    guard let link, link.isOpen else { return }
    switch stage {
    case .settling:
      guard withheld == 0 || isStalled else { return }
    case .live, .connecting: break
    case .waiting, .stopped: return
    }
    attempt { link throws(LinkError) in try link.write() }
    withheld = 0
    _ = handleConnectionChange()
  }
}

extension BridgeLoop {
  /// Tells the database that we are still here, whatever there is to save.
  func stamp() {
    let unsaved = engine.takeUnsaved()
    put { row throws(StoreError) in try storage.commit(unsaved, of: engine, bridge: row) }
  }
}
