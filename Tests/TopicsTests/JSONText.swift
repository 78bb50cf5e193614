import Foundation

/// Texts of JSON from its grammar, in all the ways in which one thing can be spelled.
enum JSONText {
  indirect enum Value {
    case word(String)
    case number(digits: String, power: Int)
    case string(String)
    case array([Value])
    /// Names are different.
    case object([(name: String, value: Value)])

    static func random(_ random: inout Seeded, depth: Int) -> Value {
      switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
      case 0: .word(["true", "false", "null"].randomElement(using: &random) ?? "null")
      case 1, 2: number(&random)
      case 3: .string(JSONText.string(&random))
      case 4:
        .array(
          (0..<Int.random(in: 0...4, using: &random)).map { _ in
            .random(&random, depth: depth - 1)
          })
      default: object(&random, depth: depth)
      }
    }

    private static func number(_ random: inout Seeded) -> Value {
      let isLong = Int.random(in: 0..<5, using: &random) == 0
      let number = isLong ? random.next() : random.next() % 100_000
      let power = Bool.random(using: &random) ? 0 : Int.random(in: -30...30, using: &random)
      return .number(digits: (Bool.random(using: &random) ? "-" : "") + "\(number)", power: power)
    }

    private static func object(_ random: inout Seeded, depth: Int) -> Value {
      var names: Set<[UInt8]> = []
      return .object(
        (0..<Int.random(in: 0...5, using: &random)).compactMap { _ in
          let name = JSONText.string(&random)
          guard names.insert(Array(name.utf8)).inserted else { return nil }
          return (name, .random(&random, depth: depth - 1))
        })
    }

    /// One spelling of many.
    func spelled(_ random: inout Seeded) -> String {
      let blank = JSONText.blank(&random)
      switch self {
      case .word(let word): return word + blank
      case .number(let digits, let power): return Self.spelled(digits, power, &random)
      case .string(let text): return JSONText.quoted(text, &random)
      case .array(let values):
        return "[" + blank + values.map { $0.spelled(&random) + blank }.joined(separator: ",") + "]"
      case .object(let members):
        let spelled = members.shuffled(using: &random).map { name, value in
          JSONText.quoted(name, &random) + blank + ":" + value.spelled(&random)
        }
        return "{" + blank + spelled.joined(separator: "," + blank) + blank + "}"
      }
    }

    private static func spelled(_ digits: String, _ power: Int, _ random: inout Seeded) -> String {
      let zeros = Int.random(in: 0...3, using: &random)
      let isZero = digits.allSatisfy { $0 == "0" || $0 == "-" }
      let more = isZero ? "" : String(repeating: "0", count: zeros)
      var exponent = power - more.count
      var written = digits + more
      if Bool.random(using: &random) {
        let fraction = Int.random(in: 0...3, using: &random)
        if fraction > 0 { written += "." + String(repeating: "0", count: fraction) }
      }
      if exponent == 0, Bool.random(using: &random) { return written }
      let mark = ["e", "E"].randomElement(using: &random) ?? "e"
      let sign = exponent < 0 ? "-" : (["", "+"].randomElement(using: &random) ?? "")
      exponent = abs(exponent)
      return written + mark + sign + (Bool.random(using: &random) ? "0" : "") + "\(exponent)"
    }
  }

  static func object(_ random: inout Seeded) -> String {
    let members = (0..<Int.random(in: 0...6, using: &random)).map { _ in
      quoted(string(&random), &random) + ":" + Value.random(&random, depth: 3).spelled(&random)
    }
    return "{" + members.joined(separator: blank(&random) + ",") + blank(&random) + "}"
  }

  /// Equal names by Unicode are left out: Foundation takes them for one.
  private static func string(_ random: inout Seeded) -> String {
    let pieces = [
      "a", "b", "name", "longer than eight", " ", "\"", "\\", "/", "\n", "\t", "\0", "\u{1f}", "é",
      "🦉", "\u{7f}", "\u{2028}", "{", "}", "[", "]", ",", ":", "\u{ffff}", "x", "\u{8}", "\u{c}",
      "\r",
    ]
    return (0..<Int.random(in: 0...4, using: &random)).map { _ in
      pieces.randomElement(using: &random) ?? ""
    }.joined()
  }

  private static func blank(_ random: inout Seeded) -> String {
    ["", "", "", " ", "\n", "\t\r\n "].randomElement(using: &random) ?? ""
  }

  private static func quoted(_ text: String, _ random: inout Seeded) -> String {
    let short: [Unicode.Scalar: String] = [
      "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\u{8}": "\\b", "\u{c}": "\\f", "\n": "\\n",
      "\r": "\\r", "\t": "\\t",
    ]
    let written = text.unicodeScalars.map { scalar in
      let choice = Int.random(in: 0..<4, using: &random)
      let must = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
      if choice == 0 || (must && short[scalar] == nil) { return units(scalar, choice) }
      if must || choice == 1 { return short[scalar] ?? String(scalar) }
      return String(scalar)
    }
    return "\"" + written.joined() + "\""
  }

  private static func units(_ scalar: Unicode.Scalar, _ choice: Int) -> String {
    String(scalar).utf16.map { unit in
      let digits = String(unit, radix: 16, uppercase: choice % 2 == 0)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }

  /// What Foundation makes of a text.
  static func parse(_ text: String) -> [String: Any]? {
    (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
  }

  /// Whether two things that Foundation has read are the same. It makes some numbers decimals and others doubles, so
  /// they are only compared as doubles are.
  static func isSame(_ left: Any, _ right: Any) -> Bool {
    switch (left, right) {
    case (let left as [String: Any], let right as [String: Any]):
      left.count == right.count
        && left.allSatisfy { name, value in right[name].map { isSame(value, $0) } ?? false }
    case (let left as [Any], let right as [Any]):
      left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
    case (let left as String, let right as String): left.utf8.elementsEqual(right.utf8)
    case (let left as NSNumber, let right as NSNumber): isSame(left, right)
    default: left is NSNull && right is NSNull
    }
  }

  private static func isSame(_ left: NSNumber, _ right: NSNumber) -> Bool {
    let (isBool, isOther) = (left.objCType.pointee == 0x63, right.objCType.pointee == 0x63)
    let (left, right) = (left.doubleValue, right.doubleValue)
    return isBool == isOther && abs(left - right) <= 4 * max(left.ulp, right.ulp)
  }
}

/// Texts that are no longer what they were.
extension JSONText {
  static func spoiled(_ text: String, _ random: inout Seeded) -> [UInt8] {
    var bytes = Array(text.utf8)
    let marks = Array("{}[],:\"\\0123456789eE+-.tfnu \u{1}/".utf8)
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      let mark = marks.randomElement(using: &random) ?? 0x20
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[at] = .random(in: 0...255, using: &random)
      case 1: bytes[at] = mark
      case 2: bytes.insert(mark, at: at)
      case 3 where bytes.count > 1: bytes.remove(at: at)
      default: bytes += bytes[at...].prefix(3)
      }
    }
    return bytes
  }

  /// Foundation takes a comma before a closing bracket, a mark of the byte order, and NULs for UTF-16; and where two
  /// members have one name, it does not look at a number in the first of them, however large it is.
  static func isWronglyTaken(_ bytes: [UInt8]) -> Bool {
    let packed = bytes.filter { ![0x20, 0x0a, 0x0d, 0x09].contains($0) }
    let hasComma = zip(packed, packed.dropFirst()).contains { pair in
      pair.0 == UInt8(ascii: ",") && [UInt8(ascii: "}"), UInt8(ascii: "]")].contains(pair.1)
    }
    let hasInfinite = String(decoding: bytes, as: UTF8.self).matches(of: /[0-9.]+[eE][0-9+]+/)
      .contains { Double($0.output)?.isInfinite ?? false }
    return hasComma || hasInfinite || bytes.contains(0) || bytes.starts(with: [0xef, 0xbb, 0xbf])
  }
}
