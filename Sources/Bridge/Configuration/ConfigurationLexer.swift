/// Cuts a configuration into lines of a key and a value, as mosquitto.conf is written.
///
/// The value is the rest of the line without the white space around it. A `#` at the start of a
/// line or after white space begins a comment, so no value contains one after a space. Line ends
/// may be CRLF, and the file may begin with a byte order mark.
struct ConfigurationLexer {
  struct Line: Equatable {
    /// From 1.
    let number: Int
    let key: String
    /// Empty when the line has only a key.
    let value: String
  }

  private(set) var lines: [Line] = []
  private(set) var problems: [ConfigurationProblem] = []

  init(_ bytes: [UInt8], file: String) {
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(3) : bytes[...]
    let rows = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, row) in rows.enumerated() {
      let row = row.last == UInt8(ascii: "\r") ? row.dropLast() : row
      if let fault = Self.fault(row) {
        problems.append(ConfigurationProblem(file: file, line: index + 1, message: fault))
      } else if let line = Self.line(row, number: index + 1) {
        lines.append(line)
      }
    }
  }

  private static func fault(_ row: ArraySlice<UInt8>) -> String? {
    if let control = row.first(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) {
      let hex = String(control, radix: 16, uppercase: true)
      let name = control == 0 ? "a NUL" : "the control character 0x\(hex)"
      return "the line contains \(name): write plain text"
    }
    guard String(validating: row, as: UTF8.self) != nil else {
      return "the line is not UTF-8: save the file as UTF-8"
    }
    return nil
  }

  private static func line(_ row: ArraySlice<UInt8>, number: Int) -> Line? {
    let text = trimmed(withoutComment(row))
    guard !text.isEmpty else { return nil }
    let end = text.firstIndex(where: isBlank) ?? text.endIndex
    return Line(
      number: number,
      key: String(decoding: text[..<end], as: UTF8.self),
      value: String(decoding: trimmed(text[end...]), as: UTF8.self))
  }

  private static func withoutComment(_ row: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var previous = UInt8(ascii: " ")
    for (index, byte) in zip(row.indices, row) {
      if byte == UInt8(ascii: "#"), isBlank(previous) { return row[..<index] }
      previous = byte
    }
    return row
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let first = text.firstIndex(where: { !isBlank($0) }),
      let last = text.lastIndex(where: { !isBlank($0) })
    else { return [] }
    return text[first...last]
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
