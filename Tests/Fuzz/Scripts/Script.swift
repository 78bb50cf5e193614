/// A run of a target as text: a step a line, a word and its fields with one blank between them.
///
/// Any bytes are a script, so that a fuzzer may change what it likes: what has no meaning to a target is passed over.
/// Bytes that a line or a field cannot hold are written `\s` (a blank), `\n`, `\\` and `\xHH`, so corpora are text.
struct Script: Equatable {
  struct Step: Equatable {
    var word: String
    var fields: [[UInt8]] = []

    /// A field; empty where there is none.
    subscript(_ index: Int) -> [UInt8] { fields.indices.contains(index) ? fields[index] : [] }

    /// A field as a number within bounds; the lower one where it is none.
    func number(_ index: Int, in range: ClosedRange<Int>) -> Int {
      let value = Int(String(decoding: self[index], as: UTF8.self)) ?? range.lowerBound
      return min(max(value, range.lowerBound), range.upperBound)
    }
  }

  var steps: [Step]
  /// Whether nothing is escaped: a text that others read, too.
  private let isPlain: Bool

  private static let blank = UInt8(ascii: " ")
  private static let lineEnd = UInt8(ascii: "\n")
  private static let escape = UInt8(ascii: "\\")

  init(steps: [Step] = [], isPlain: Bool = false) {
    self.steps = steps
    self.isPlain = isPlain
  }

  init(_ text: some Sequence<UInt8>, isPlain: Bool = false) {
    self.isPlain = isPlain
    steps = Array(text).split(separator: Self.lineEnd).map { line in
      let parts = line.split(separator: Self.blank, omittingEmptySubsequences: false)
      return Step(
        word: String(decoding: parts[0], as: UTF8.self),
        fields: parts.dropFirst().map { isPlain ? Array($0) : Self.unescaped($0) })
    }
  }

  init(_ text: String) { self.init(text.utf8) }

  var text: [UInt8] {
    steps.reduce(into: []) { text, step in
      text += step.word.utf8
      for field in step.fields { text += [Self.blank] + (isPlain ? field : Self.escaped(field)) }
      text.append(Self.lineEnd)
    }
  }

  private static func unescaped(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      guard byte == escape, let kind = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch kind {
      case UInt8(ascii: "s"): result.append(blank)
      case UInt8(ascii: "n"): result.append(lineEnd)
      case UInt8(ascii: "x"):
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        rest = rest.dropFirst(2)
        result.append(UInt8(digits, radix: 16) ?? UInt8(ascii: "?"))
      default: result.append(kind)
      }
    }
    return result
  }

  private static func escaped(_ bytes: [UInt8]) -> [UInt8] {
    bytes.reduce(into: []) { text, byte in
      switch byte {
      case blank: text += Array(#"\s"#.utf8)
      case lineEnd: text += Array(#"\n"#.utf8)
      case escape: text += Array(#"\\"#.utf8)
      case 0x21..<0x7f: text.append(byte)
      default:
        let digits = String(byte, radix: 16)
        text += Array((digits.count == 1 ? #"\x0"# : #"\x"#).utf8) + Array(digits.utf8)
      }
    }
  }
}
