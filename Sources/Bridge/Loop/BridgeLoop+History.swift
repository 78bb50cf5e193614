import Presence
import Store
import Topics

/// The past is thinned, a few milliseconds at a time.
extension BridgeLoop {
  /// Between looking for something to thin, and between two parts of it.
  private static let thinningInterval = Duration.seconds(10)
  private static let thinningPause = Duration.milliseconds(50)
  /// While there is too much: not none, for what is waited for may take its time.
  private static let fullPause = Duration.milliseconds(5)

  /// When ``thinHistoryIfDue()`` has something to do.
  var thinningTime: Instant {
    guard stage == .live, configuration.history != nil, !saving.isHoldingBack else { return .never }
    return nextThinning
  }

  /// Not while a question about the past is being answered: the rows that it has yet to read would move.
  func thinHistoryIfDue() {
    guard now.instant >= thinningTime else { return }
    nextThinning = now.instant + Self.thinningInterval
    guard saving.isDurable, session?.questions.isReadingHistory != true else { return }
    do throws(StoreError) {
      guard try storage.thinHistory(at: now.wall) else { return }
      nextThinning = now.instant + (isHistoryFull ? Self.fullPause : Self.thinningPause)
    } catch { if !error.isLock { couldNotSave(error) } }
  }

  private var isHistoryFull: Bool {
    (storage.historyFigures?.rows ?? 0) > configuration.historyLimit
  }

  func writeHistoryFigures(_ json: inout JSONWriter) {
    guard let figures = storage.historyFigures else { return }
    json.key("history_rows")
    json.integer(figures.rows)
    json.key("history_thinned_early")
    json.integer(figures.thinnedEarly)
  }
}
