import Bridge
import Presence

/// Revisions come from one counter, which begins above all that was published before. Fences are nobody else's.
extension Judge {
  func checkRevision(_ event: Message, _ room: Int) {
    guard let revision = JSON.read(event.payload)?["revision"]?.integer else { return }
    // What the last process sent may be long under way.
    if event.sentAt >= revisions.start, revision <= revisions.floor {
      report(.revisions, room, "revision \(revision) is from before the start")
    }
    let isNew = revisions.used.insert(revision).inserted
    report(.revisions, room, isNew ? nil : "revision \(revision) again")
  }

  /// The bridge publishes a message.
  func sent(_ message: Message) {
    noteStatus(message)
    checkWire(message)
    guard message.topic.elementsEqual("presence/bridge/fence".utf8) else { return }
    fences[message.payload] = world.now
    // Number 0 is none: it only names the run.
    if message.payload.suffix(2).elementsEqual(" 0".utf8) { return }
    world.reached[.revisions] += 1
    let isNew = usedFences.insert(message.payload).inserted
    if !isNew { world.fail(.revisions, "a fence again: \(message)") }
  }
}
