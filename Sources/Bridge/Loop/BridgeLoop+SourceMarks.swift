import Presence

/// Sources that were configured once, or read other topics: their clients are nobody's now. And rooms that were
/// assigned once.
extension BridgeLoop {
  /// Before the replays, so that who is retained under the namespace's new topics is taken in from there.
  func forgetDroppedSources(in kept: [String]) {
    for namespace in sourceMarks.dropped(in: kept) {
      let clients = present(in: namespace)
      for client in clients {
        client.withWho { engine.status($0, .forget, hash: 0, at: now) }
      }
      log.log(
        .notice, at: now,
        "source \(namespace) is not read any more as it was: \(clients.count) clients forgotten")
    }
  }

  private func present(in namespace: String) -> [ClaimedMoves.Client] {
    var clients: [ClaimedMoves.Client] = []
    engine.forEachPresent(with: Array("\(namespace):".utf8)) { client, user in
      clients.append(ClaimedMoves.Client(Who(user: user, client: client)))
    }
    return clients
  }

  /// Rooms by hand are kept like all others, and no word of a client need ever name them.
  func takeOutUnassigned(in kept: [String]) {
    engine.takeOut(assignmentMarks.dropped(in: kept), at: now)
  }

  /// Not before it is committed that they are forgotten: a bridge that is killed until then has to do it again.
  func forgetOldMarks() {
    guard !(sourceMarks.old + assignmentMarks.old).isEmpty, stage == .live, saving.isDurable,
      !engine.hasUnsaved
    else { return }
    sourceMarks.forgetOld()
    assignmentMarks.forgetOld()
    keepFilters()
  }
}
