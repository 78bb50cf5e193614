/// What is wrong with a value, as the end of a sentence that begins with the key and the value.
package struct BadValue: Error, Equatable {
  package let fault: String

  init(_ fault: String) { self.fault = fault }
}

/// A number with a unit, before the unit is known: `1.5s` is 1, `5` and `s`.
private struct Quantity {
  let whole: Int64
  /// The digits behind the point; empty without a point.
  let fraction: Substring
  let unit: Substring

  /// `kind` is what the text should be, for the message: "a duration".
  init(_ text: String, kind: String) throws(BadValue) {
    let digits = text.prefix(while: Self.isDigit)
    guard !digits.isEmpty else { throw BadValue("is not \(kind)") }
    guard let whole = Int64(digits) else { throw BadValue("is too large") }
    self.whole = whole
    let rest = text[digits.endIndex...]
    fraction = rest.hasPrefix(".") ? rest.dropFirst().prefix(while: Self.isDigit) : ""
    guard !rest.hasPrefix(".") || !fraction.isEmpty else { throw BadValue("is not \(kind)") }
    unit = rest.hasPrefix(".") ? text[fraction.endIndex...] : rest
  }

  private static func isDigit(_ character: Character) -> Bool {
    character.isASCII && character.isWholeNumber
  }
}

extension Duration {
  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
    ("s", 1_000_000_000), ("ms", 1_000_000),
  ]

  /// Reads `250ms`, `1.5s`, `5m`, `24h`, `7d` or `0`. Finer than a nanosecond is cut off.
  package init(configurationText text: String) throws(BadValue) {
    let quantity = try Quantity(text, kind: "a duration")
    if quantity.unit.isEmpty, quantity.whole == 0, quantity.fraction.isEmpty {
      self = .zero
      return
    }
    guard !quantity.unit.isEmpty else { throw BadValue("has no unit (ms, s, m, h or d)") }
    guard let unit = Self.units.first(where: { $0.name == quantity.unit }) else {
      throw BadValue("has the unit '\(quantity.unit)', which is none of ms, s, m, h and d")
    }
    let (whole, overflow) = quantity.whole.multipliedReportingOverflow(by: unit.nanoseconds)
    guard !overflow else { throw BadValue("is too large") }
    self = .nanoseconds(whole) + Self.fraction(quantity.fraction, of: unit.nanoseconds)
  }

  private static func fraction(_ digits: Substring, of unit: Int64) -> Duration {
    var nanoseconds: Int64 = 0
    var place = unit
    for digit in digits.utf8 {
      place /= 10
      nanoseconds += Int64(digit - 0x30) * place
    }
    return .nanoseconds(nanoseconds)
  }

  /// As one would write it in a configuration, in the largest unit that leaves no fraction.
  /// Exact for whole milliseconds below 292 years.
  var configurationText: String {
    let (seconds, attoseconds) = components
    let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    guard nanoseconds != 0 else { return "0" }
    let unit = Self.units.first { nanoseconds.isMultiple(of: $0.nanoseconds) }
    guard let unit else { return "\(nanoseconds / 1_000_000)ms" }
    return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
  }
}

/// A number of bytes, as one writes it in a configuration.
enum ByteCount {
  private static let units: [(name: String, bytes: Int)] = [
    ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
  ]

  /// Reads `8KiB`, `1MiB`, `512B` or `512`. Powers of 1000 are refused, because `8KB` means 8000
  /// bytes to one reader and 8192 to another.
  static func parse(_ text: String) throws(BadValue) -> Int {
    let quantity = try Quantity(text, kind: "a size")
    guard quantity.fraction.isEmpty else { throw BadValue("is not a whole number") }
    let name = quantity.unit.isEmpty ? "B" : quantity.unit
    guard let unit = units.first(where: { $0.name == name }) else {
      throw BadValue("has the unit '\(name)', which is none of B, KiB and MiB")
    }
    let (bytes, overflow) = Int(quantity.whole).multipliedReportingOverflow(by: unit.bytes)
    guard !overflow else { throw BadValue("is too large") }
    return bytes
  }

  static func text(_ bytes: Int) -> String {
    let unit = units.first { bytes.isMultiple(of: $0.bytes) } ?? ("B", 1)
    return "\(bytes / unit.bytes)\(unit.name)"
  }
}
