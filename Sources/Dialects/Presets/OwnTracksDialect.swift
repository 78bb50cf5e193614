import Presence
import Topics

/// OwnTracks: phones, and the regions that they are in (OwnTracks Booklet, JSON).
///
/// The `tst` of a will is when the connection that it ends began, if the app says so: iOS does, Android no longer
/// does. No other message names its connection, and a location's `tst` is that of its fix, so the two must not
/// be compared: a fix is later than the connection that it came by. What can be: a will with the greatest `tst` so
/// far ended a connection, and what follows comes by a later one. So that `tst` is the phone's epoch from its next
/// location or transition on, and a will with a lesser one is stale. A will without counts, and so does one of an
/// equal second; if it was late, the phone's next word brings it back.
///
/// `inregions` is where the phone is and nowhere else; left out it says nothing, since Android leaves out an empty
/// list. The phone's retained location is a claim, and everything else that is replayed is left out.
struct OwnTracksDialect: Dialect {
  let topics: [DialectTopic]
  /// Phones rest for hours, so there is no timeout that would be right for all.
  let defaults = DialectDefaults(
    room: "{room}", confirmation: .seconds(24 * 3600), wills: .none)
  private var phones = RecentTable<OwnTracksPhone>(limit: 16_384)

  init(prefix: String?) {
    let base = "\(prefix ?? "owntracks")/{user}/{client}"
    let signs = ["beacon", "status", "step", "waypoint"]
    topics =
      [DialectTopic(pattern: base), DialectTopic(pattern: base + "/event")]
      + signs.map { DialectTopic(pattern: "\(base)/\($0)", isAtLeastOnce: false) }
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard message.levels.count == 2 else { return }
    let ear = OwnTracksEar(message: message, listener: listener)
    if message.payload.isBlank {
      // A retained location is deleted: to the apps, too, that removes the phone.
      if topic == 0, !message.isReplay { ear.hear(.forgotten) }
      return
    }
    guard let members = DialectLimits.members(message.payload), let type = members.string("_type")
    else {
      return listener.isInvalid("a payload without _type")
    }
    switch String(decoding: type, as: UTF8.self) {
    case "location": remember(message) { ear.location(members, &$0) }
    case "transition" where !message.isReplay: remember(message) { ear.transition(members, &$0) }
    case "lwt" where !message.isReplay: remember(message) { ear.will(members, &$0) }
    case "encrypted", "beacon", "status", "steps", "waypoint", "waypoints":
      if !message.isReplay { ear.hear(.heartbeat(nil)) }
    // Others write cards, commands and requests to the phone's topics.
    default: break
    }
  }

  /// Of a name that is too long nothing is remembered: the bridge refuses it.
  private mutating func remember(_ message: DialectMessage, _ read: (inout OwnTracksPhone) -> Void)
  {
    var unknown = OwnTracksPhone()
    guard message.levels.allSatisfy({ $0.count <= DialectLimits.maxName }) else {
      return read(&unknown)
    }
    let name = message.levels[0] + [UInt8(ascii: "/")] + message.levels[1]
    phones.hear(Array(name), fresh: unknown, read)
  }
}
