import Bridge
import Presence

/// A loop with nothing to do waits. A turn is idle when nothing was read, written, published, committed or changed
/// in it, and a second of virtual time has few of those.
struct Pace {
  /// A deadline may turn out to be none, and a retained topic to be as it should: such turns are idle, too.
  static let idleLimit = 60

  private var second: Int64 = 0
  private(set) var idle = 0

  mutating func turned(at now: Instant, isIdle: Bool) {
    let second = now.nanoseconds / 1_000_000_000
    if second != self.second { (self.second, idle) = (second, 0) }
    if isIdle { idle += 1 }
  }
}

extension Judge {
  func checkPace(isIdle: Bool) {
    pace.turned(at: world.now, isIdle: isIdle)
    if isIdle { world.note("  an idle turn") }
    world.reached[.pace] += 1
    if pace.idle > Pace.idleLimit {
      world.fail(.pace, "\(pace.idle) turns in a second in which nothing was done")
    }
  }
}
