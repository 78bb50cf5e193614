import Bridge
import Presence

/// `online` is said once the bridge is live: until then its topics are not yet true.
extension Judge {
  func checkOnline(_ loop: BridgeLoop) {
    defer { saidOnline = false }
    guard saidOnline else { return }
    world.reached[.online] += 1
    if loop.isConnected, !loop.isLive { world.fail(.online, "says online before it is live") }
  }

  func noteStatus(_ message: Message) {
    if message.topic.elementsEqual("presence/bridge/status".utf8),
      message.payload.elementsEqual("online".utf8)
    {
      saidOnline = true
    }
  }
}
