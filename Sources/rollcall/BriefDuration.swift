extension Duration {
  /// Reads `250ms`, `10s`, `1.5m`, `2h`, `7d`, or a bare number of seconds; `nil` for anything else,
  /// and for what is negative or above a hundred years.
  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), let unit = Self.seconds(of: argument.dropFirst(digits.count))
    else { return nil }
    let seconds = number * unit
    guard seconds <= 100 * 366 * 86_400 else { return nil }
    self = .milliseconds(Int64((seconds * 1000).rounded()))
  }

  private static func seconds(of unit: Substring) -> Double? {
    switch unit {
    case "ms": 0.001
    case "s", "": 1
    case "m", "min": 60
    case "h": 3600
    case "d": 86_400
    default: nil
    }
  }

  /// How long ago, in two or three characters and a unit: `0s`, `59s`, `12m`, `3h`, `40d`.
  var brief: String {
    let seconds = max(0, components.seconds)
    return switch seconds {
    case ..<60: "\(seconds)s"
    case ..<3600: "\(seconds / 60)m"
    case ..<86_400: "\(seconds / 3600)h"
    default: "\(seconds / 86_400)d"
    }
  }
}
