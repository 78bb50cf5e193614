/// Where a row of history lies: by step, period, room and time, in one number.
///
/// A table under such a number is searched by comparing whole numbers, and is a good deal cheaper to write than one
/// under four columns.
struct HistoryKey {
  /// Rooms' numbers are below it.
  static let roomLimit: Int64 = 1 << 28
  static let rooms = 1..<roomLimit
  /// Periods' numbers are below it.
  static let periodLimit: Int64 = 1 << 21
  /// A period has fewer rows of a room.
  static let placeLimit: Int64 = 1 << 12
  /// Until 2209, as seconds since 1970: later times are kept as this one, and times before 1970 as 0.
  static let lastSecond: Int64 = periodLimit * HistoryStep.second.period - 1

  let value: Int64

  init(value: Int64) { self.value = value }

  /// - Parameter place: of the row in its period.
  init(_ step: HistoryStep, period: Int64, room: Int64 = 0, place: Int64 = 0) {
    value = step.tag << 61 + period << 40 + room << 12 + place
  }

  /// Of the row that begins at a time.
  init(_ step: HistoryStep, room: Int64, at time: Int64) {
    self.init(
      step, period: time / step.period, room: room,
      place: time % step.period / step.rawValue)
  }

  var period: Int64 { value >> 40 & (Self.periodLimit - 1) }
  var room: Int64 { value >> 12 & (Self.roomLimit - 1) }

  func time(_ step: HistoryStep) -> Int64 {
    period * step.period + (value & 0xfff) * step.rawValue
  }

  /// Whether it is one of a row that covers some of its period: a damaged one need not be.
  func isPossible(_ step: HistoryStep) -> Bool {
    value & 0xfff < step.period / step.rawValue && Self.rooms.contains(room)
  }

  /// The keys of a room's rows in a period that begin before a time.
  static func rows(
    _ step: HistoryStep, period: Int64, room: Int64, before end: Int64
  ) -> Range<Int64> {
    let start = period * step.period
    let length = min(max(0, end - start), step.period)
    let places = (length + step.rawValue - 1) / step.rawValue
    let first = HistoryKey(step, period: period, room: room).value
    return first..<first + places
  }
}
