/// A number of a JSON text, exactly: its digits and where their point is.
///
/// It is never made a Double, so equal numbers are written alike however they were, and no digit is lost.
struct JSONNumber {
  private let text: UnsafeRawBufferPointer
  private let isNegative: Bool
  /// Where the first digit stands that is no zero, and where the last one ends; empty: the number is 0.
  private var first = 0
  private var end = 0
  /// How many digits there are from the one to the other.
  private var count = 0
  /// The power of ten of the first of them.
  private var power = 0
  /// How many of them stand before the point, where it is among them.
  private var pointPlace = Int.max

  /// Beyond this a power is not counted exactly: payloads have fewer bytes.
  private static let farPower = 1 << 40

  /// - Precondition: `text` is a number by the grammar.
  init(_ text: UnsafeRawBufferPointer) {
    self.text = text
    isNegative = text[0] == UInt8(ascii: "-")
    var at = isNegative ? 1 : 0
    var place = 0
    var point: Int?
    var firstPlace = 0
    var lastPlace = 0
    while at < text.count, text[at] | 0x20 != UInt8(ascii: "e") {
      if text[at] == UInt8(ascii: ".") {
        point = place
      } else {
        if text[at] != UInt8(ascii: "0") {
          if end == 0 { (first, firstPlace) = (at, place) }
          (end, lastPlace) = (at + 1, place)
        }
        place += 1
      }
      at += 1
    }
    guard end > 0 else { return }
    count = lastPlace - firstPlace + 1
    if let point, point > firstPlace { pointPlace = point - firstPlace }
    power = (point ?? place) - 1 - firstPlace + exponent(from: at + 1)
  }

  private func exponent(from start: Int) -> Int {
    guard start < text.count else { return 0 }
    var value = 0
    for byte in text[start...] where byte.isDigit && value < Self.farPower {
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return text[start] == UInt8(ascii: "-") ? -value : value
  }

  private var isZero: Bool { end == 0 || power < -324 }

  /// The digit at a place from the first one on.
  private func offset(of place: Int) -> Int { first + place + (place >= pointPlace ? 1 : 0) }

  /// Whether the nearest Double is finite.
  var isWithinDoubles: Bool {
    if isZero || power < 308 { return true }
    guard power == 308 else { return false }
    let digits = (0..<count).lazy.map { text[offset(of: $0)] }
    return digits.lexicographicallyPrecedes(Self.beyond)
  }

  /// The least number that is nearer to the infinite than to any Double: 2^1024 - 2^970.
  private static let beyond = Array(
    ("17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797"
      + "758720709633028641669288791094655554785194040263065748867150582068190890200070838367627385"
      + "484581771153176447573027006985557136695962284291481986083493647529271907416844436551070434"
      + "2711559699508093042880177904174497792").utf8)

  /// The number where it is an integer of 64 bits, however it is written: 5.0 and 5e0 are 5.
  var integer: Int64? {
    if isZero { return end == 0 ? 0 : nil }
    guard power <= 18, count <= power + 1 else { return nil }
    var magnitude: UInt64 = 0
    for place in 0..<count {
      magnitude = magnitude * 10 + UInt64(text[offset(of: place)] - UInt8(ascii: "0"))
    }
    for _ in count..<power + 1 { magnitude *= 10 }
    if isNegative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
    return Int64(exactly: magnitude)
  }

  /// The nearest Double.
  var double: Double { Double(String(decoding: text, as: UTF8.self)) ?? .infinity }
}

extension JSONNumber {
  /// The number in its one spelling: plain digits below 10^21, and beyond where that is no longer, else with a power
  /// of ten. What is nearer to 0 than to any other Double is 0.
  func write(to bytes: inout ByteSink) {
    let zero = UInt8(ascii: "0")
    if isZero { return bytes.append(zero) }
    if isNegative { bytes.append(UInt8(ascii: "-")) }
    // Behind the digits a power takes a point and `e+21` to `e+308`.
    if power >= 0, power < 21 || power - count < 4 {
      write(pointAfter: power + 1, to: &bytes)
      bytes.append(zero, times: power + 1 - count)
    } else if power < 0, power >= -7 {
      bytes.append(zero)
      bytes.append(UInt8(ascii: "."))
      bytes.append(zero, times: -1 - power)
      write(0..<count, to: &bytes)
    } else {
      write(pointAfter: 1, to: &bytes)
      writePower(to: &bytes)
    }
  }

  private func writePower(to bytes: inout ByteSink) {
    bytes.append(UInt8(ascii: "e"))
    bytes.append(power < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    var digits: [UInt8] = []
    Digits.append(Int64(power.magnitude), to: &digits)
    digits.withUnsafeBytes { bytes.append($0) }
  }

  private func write(pointAfter places: Int, to bytes: inout ByteSink) {
    write(0..<min(places, count), to: &bytes)
    guard places < count else { return }
    bytes.append(UInt8(ascii: "."))
    write(places..<count, to: &bytes)
  }

  /// Its digits at these places.
  private func write(_ places: Range<Int>, to bytes: inout ByteSink) {
    let middle = min(max(places.lowerBound, pointPlace), places.upperBound)
    write(from: places.lowerBound, to: middle, &bytes)
    write(from: middle, to: places.upperBound, &bytes)
  }

  private func write(from start: Int, to end: Int, _ bytes: inout ByteSink) {
    guard start < end else { return }
    bytes.append(text.part(offset(of: start), offset(of: end - 1) + 1))
  }
}
