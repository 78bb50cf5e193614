/// How long, and how finely, the counts of rooms are kept.
public struct HistoryRules: Equatable, Sendable {
  /// In seconds.
  public var keep: Int64 = 30 * 86_400
  /// How many rows there are at the most; beyond, what is oldest is thinned, and at last dropped, before its time.
  public var rowLimit = 5_000_000
  /// For so many seconds every second with a change has a row of its own; then every minute with a change.
  public var secondsKept: Int64 = 86_400
  /// For so many seconds a minute has; then every hour.
  public var minutesKept: Int64 = 7 * 86_400

  public init() {}
}

/// A row of history covers so many seconds. Rows of a step lie together by period, in which a room's lie
/// together: what is written at a time is in one place, and what is thinned at a time, too.
enum HistoryStep: Int64, CaseIterable {
  case second = 1
  case minute = 60
  case hour = 3_600

  var period: Int64 { self == .second ? 3_600 : 86_400 }

  /// Its part of a key.
  var tag: Int64 {
    switch self {
    case .second: 0
    case .minute: 1
    case .hour: 2
    }
  }

  /// What rows of this step are thinned to; `nil`: they are dropped.
  var next: HistoryStep? {
    switch self {
    case .second: .minute
    case .minute: .hour
    case .hour: nil
    }
  }
}

/// The least, the greatest and the time-weighted mean of a room's count, in the seconds from `at` on.
struct HistoryRow: Equatable {
  /// Seconds since 1970, a multiple of the step.
  var at: Int64
  var low: Int64
  var high: Int64
  var mean: Double
  /// The count at its end, which goes on until the next row.
  var last: Int64
}

extension HistoryRow {
  /// As a file has it, which may be damaged: what no room can have held is brought into its bounds.
  init(read at: Int64, low: Int64, high: Int64, mean: Double, last: Int64) {
    let low = Self.count(low)
    let high = max(low, Self.count(high))
    let isNumber = mean >= Double(low)
    self.init(
      at: at, low: low, high: high, mean: isNumber ? min(mean, Double(high)) : Double(low),
      last: Self.count(last))
  }

  /// A count as a file has it.
  static func count(_ value: Int64) -> Int64 { min(max(0, value), Int64(Int32.max)) }
}

/// One step of a history as somebody reads it.
public struct HistoryPoint: Equatable, Sendable {
  /// When it begins, in seconds since 1970.
  public var at: Int64
  public var low: Int64 = 0
  public var high: Int64 = 0
  public var mean: Double = 0
  /// Of how many of its seconds something is known; 0: of none, and the figures mean nothing.
  public var secondsKnown: Int64 = 0

  public init(
    at: Int64, low: Int64 = 0, high: Int64 = 0, mean: Double = 0, secondsKnown: Int64 = 0
  ) {
    self.at = at
    self.low = low
    self.high = high
    self.mean = mean
    self.secondsKnown = secondsKnown
  }

  public var isKnown: Bool { secondsKnown > 0 }
}
