import Bridge
import Presence

/// What leaves the bridge is in the database, unless that cannot be written.
extension Judge {
  /// Where the commit of a revision took several turns, more may be in the database by then: who came or went
  /// meanwhile.
  func leaving(_ message: Message) {
    let topic = String(decoding: message.topic, as: UTF8.self)
    let isSaved = world.host.loop?.isSaved ?? false
    guard isSaved, !world.disk.isFull, !world.disk.isBehind, !message.payload.isEmpty,
      let room = room(of: topic, "presence/occupancy/"), let json = JSON.read(message.payload),
      let revision = json["revision"]?.integer
    else { return }
    let kept = world.disk.kept(world.plan.rooms[room])
    let shown = Set((json["members"]?.items ?? []).map(Consumer.name))
    let isWhole = json["truncated"]?.flag == false
    let isOfThisTurn = message.sentAt == world.now
    // A room whose snapshot waited for the disk may be gone by now, and what clears its topics follows.
    let isGone = kept.revision == 0 && !isOfThisTurn
    let isKept = kept.revision >= revision || isGone
    let isSame = !isOfThisTurn || !isWhole || kept.members == shown
    report(
      .durability, room,
      isKept && isSame ? nil : "published before the commit: \(revision) of \(shown.sorted())")
  }

  /// No commit that began after the database's files had gone is one.
  func checkLoss(_ loop: BridgeLoop) {
    guard world.disk.isLost else { return }
    world.reached[.durability] += 1
    if loop.isSaved, loop.commits > commitsAtLoss {
      world.fail(.durability, "commits as if the database's files were there")
    }
  }

  /// An acknowledgement leaves the bridge: from here on its message, the `number`th, may never be lost.
  func acknowledged(_ message: Message, number: Int, isReplay: Bool) {
    checkAcknowledgement(message)
    guard number > committedCount, let word = message.word else { return }
    if isReplay {
      durable[word.client].claim(word, message.payload, wasHeard: false)
    } else {
      durable[word.client].take(word, message.payload)
    }
  }

  /// Whatever the message was: no commit is under way that it may hang on.
  private func checkAcknowledgement(_ message: Message) {
    guard let loop = world.host.loop else { return }
    world.reached[.durability] += 1
    if loop.isHoldingBack { world.fail(.durability, "acknowledged before the commit: \(message)") }
  }
}
