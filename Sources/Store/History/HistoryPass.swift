/// Thinning: seconds become minutes, minutes hours, and hours go, a period at a time and a few rooms at a call.
struct HistoryPass {
  var step: HistoryStep
  var period: Int64
  /// Rows that begin before it are thinned; a multiple of the next step.
  var cutoff: Int64
  var isDropped: Bool
  var isEarly: Bool
  /// The last room that was seen to.
  var room: Int64 = -1

  var start: Int64 { period * step.period }
  var end: Int64 { start + step.period }
}

extension HistoryBook {
  /// What is to be thinned next; `nil`: all is as it should be.
  func nextPass(at now: Int64) throws(StoreError) -> HistoryPass? {
    for step in HistoryStep.allCases.reversed() {
      guard let period = try shelf.periods(of: step)?.lowerBound else { continue }
      let end = (period + 1) * step.period
      if end <= now - rules.keep { return drop(step, period, end, isEarly: false) }
      guard let next = step.next else { continue }
      let kept = step == .second ? rules.secondsKept : rules.minutesKept
      if end <= now - kept { return thin(step, next, period, end, isEarly: false) }
    }
    return rows > rules.rowLimit ? try nextEarlyPass(at: now) : nil
  }

  /// There is too much: the oldest seconds go first, as far as to the minute before the last, then the
  /// minutes, and at last the oldest of all, but never the day that it is.
  private func nextEarlyPass(at now: Int64) throws(StoreError) -> HistoryPass? {
    for step in [HistoryStep.second, .minute] {
      guard let next = step.next, let period = try shelf.periods(of: step)?.lowerBound else {
        continue
      }
      let cutoff = (now / next.rawValue - 1) * next.rawValue
      let end = min(cutoff, (period + 1) * step.period)
      guard end > period * step.period, end > earlyCutoffs[step] ?? .min else { continue }
      return thin(step, next, period, end, isEarly: true)
    }
    guard let period = try shelf.periods(of: .hour)?.lowerBound else { return nil }
    let end = (period + 1) * HistoryStep.hour.period
    return end <= now ? drop(.hour, period, end, isEarly: true) : nil
  }

  private func thin(
    _ step: HistoryStep, _ next: HistoryStep, _ period: Int64, _ cutoff: Int64, isEarly: Bool
  ) -> HistoryPass {
    HistoryPass(
      step: step, period: period, cutoff: cutoff / next.rawValue * next.rawValue,
      isDropped: false, isEarly: isEarly)
  }

  private func drop(
    _ step: HistoryStep, _ period: Int64, _ cutoff: Int64, isEarly: Bool
  ) -> HistoryPass {
    HistoryPass(step: step, period: period, cutoff: cutoff, isDropped: true, isEarly: isEarly)
  }
}
