import Glibc
import Topics

/// The time of day, for people; nothing is decided by it.
enum WallClock {
  /// Since 1970.
  static var milliseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// `HH:MM:SS` where the user is.
  static var timeOfDay: String {
    var seconds = time(nil)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return [parts.tm_hour, parts.tm_min, parts.tm_sec]
      .map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
  }

  /// How long ago a time as the bridge writes them was: `3m`; `-` for one that cannot be read.
  static func age(of timestamp: String, at now: Int64) -> String {
    Timestamp.read(Array(timestamp.utf8)).map { Duration.milliseconds(now - $0).brief } ?? "-"
  }
}
