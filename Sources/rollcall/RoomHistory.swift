import Store
import Topics

/// A room's history as it was read, in the forms in which `rollcall history` prints it.
struct RoomHistory {
  var room: String
  /// Seconds.
  var since: Int64
  var step: Int64
  var points: [HistoryPoint]
  /// How many there are now; `nil`: unknown.
  var last: Int64?

  var jsonLines: [String] {
    points.map { point in
      guard point.isKnown else {
        return #"{"at":"\#(Self.time(point.at))","min":null,"mean":null,"max":null}"#
      }
      return #"{"at":"\#(Self.time(point.at))","min":\#(point.low),"mean":\#(Self.mean(point)),"#
        + #""max":\#(point.high)}"#
    }
  }

  var csvLines: [String] {
    ["at,min,mean,max"]
      + points.map { point in
        let figures = point.isKnown ? "\(point.low),\(Self.mean(point)),\(point.high)" : ",,"
        return "\(Self.time(point.at)),\(figures)"
      }
  }

  var tableLines: [String] {
    let columns = [
      TextTable.Column(title: "AT"), .init(title: "MIN", right: true),
      .init(title: "MEAN", right: true), .init(title: "MAX", right: true),
    ]
    let rows = points.map { point in
      [Self.time(point.at)]
        + (point.isKnown
          ? [String(point.low), Self.mean(point), String(point.high)] : ["-", "-", "-"])
    }
    return TextTable(columns: columns, rows: rows).lines()
  }

  /// All of it in one point; unknown where all of it is.
  var whole: HistoryPoint { Self.merged(points[...]) }

  static func merged(_ points: ArraySlice<HistoryPoint>) -> HistoryPoint {
    let known = points.filter(\.isKnown)
    var whole = HistoryPoint(at: points.first?.at ?? 0)
    guard let low = known.map(\.low).min(), let high = known.map(\.high).max() else { return whole }
    (whole.low, whole.high) = (low, high)
    whole.secondsKnown = known.reduce(0) { $0 + $1.secondsKnown }
    let sum = known.reduce(0) { $0 + $1.mean * Double($1.secondsKnown) }
    whole.mean = sum / Double(whole.secondsKnown)
    return whole
  }

  static func mean(_ point: HistoryPoint) -> String { decimal(point.mean) }

  /// With at most three decimals.
  static func decimal(_ number: Double) -> String {
    String(decoding: AnswerWriter.decimal(number), as: UTF8.self)
  }

  private static func time(_ second: Int64) -> String {
    var bytes: [UInt8] = []
    Timestamp.append(millisecondsSince1970: second * 1_000, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension HistoryPoint {
  /// As a bridge can have counted: a file that somebody else has written may hold anything.
  var plausible: HistoryPoint {
    let most = Int64(ForeignFigures.most)
    var point = self
    // From 1970 to the last year that is written with four digits.
    point.at = min(max(at, 0), 253_402_300_799)
    point.low = min(max(low, 0), most)
    point.high = min(max(high, point.low), most)
    point.mean = mean > 0 ? min(mean, Double(most)) : 0
    point.secondsKnown = min(max(secondsKnown, 0), most)
    return point
  }
}
