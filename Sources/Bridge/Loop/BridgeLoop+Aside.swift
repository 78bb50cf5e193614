import Presence

/// Answers questions on a second connection, while the session has to wait for the disk.
extension BridgeLoop {
  /// When ``answerAside()`` has something to do.
  var asideTime: Instant { min(sideLink?.nextTime ?? .never, questionTime) }

  /// When a question has waited for long enough.
  private var questionTime: Instant {
    guard let session, hasQuestionsAside(session) else { return .never }
    guard sideLink == nil, let heldSince = saving.pace.heldSince else { return .never }
    return max(heldSince + SideLink.patience, nextSideLink)
  }

  /// Answers questions while the session has to wait for the disk.
  func answerAside() {
    if let sideLink, !sideLink.turn(at: now.instant) {
      self.sideLink = nil
      nextSideLink = now.instant + .seconds(1)
    }
    guard let session, hasQuestionsAside(session) else { return }
    guard let sideLink else {
      if now.instant >= questionTime { openSideLink(session) }
      return
    }
    guard sideLink.isReady else { return }
    answerQuestions { answer, question in
      guard
        sideLink.answer(
          answer, to: question.reply, atLeastOnce: question.asking.isAcknowledged, at: now.instant)
      else { return false }
      tally.published += 1
      return true
    }
  }

  private func hasQuestionsAside(_ session: Session) -> Bool {
    session.phase == .live && saving.isHoldingBack && session.questions.isBusy && stopping == nil
  }

  private func openSideLink(_ session: Session) {
    let link = SideLink(at: now.instant)
    link.open(broker, version: session.version)
    sideLink = link
  }
}
