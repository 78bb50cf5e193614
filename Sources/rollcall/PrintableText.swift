/// Text from the broker, made fit for a terminal: whoever may publish a name must not be able to
/// move the cursor, change the title or turn the writing direction of the person who reads it.

/// The bytes as text in which every control or format character and every line separator stands as
/// an escape such as `\u{1B}`, and what is not UTF-8 as U+FFFD.
func printable(_ bytes: some Collection<UInt8>) -> String {
  if bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) {
    return String(decoding: bytes, as: UTF8.self)
  }
  var text = ""
  for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
    if scalar.movesTheTerminal {
      text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    } else {
      text.unicodeScalars.append(scalar)
    }
  }
  return text
}

func printable(_ text: String) -> String { printable(text.utf8) }

/// A JSON string, quotes included, in which what ``printable(_:)`` escapes is escaped as well.
func jsonString(_ text: String) -> String {
  var json = "\""
  for scalar in text.unicodeScalars {
    if scalar == "\"" || scalar == "\\" {
      json += "\\" + String(scalar)
    } else if scalar.movesTheTerminal {
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    } else {
      json.unicodeScalars.append(scalar)
    }
  }
  return json + "\""
}

extension Unicode.Scalar {
  fileprivate var movesTheTerminal: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse: true
    default: false
    }
  }

  /// How many columns of a terminal it takes: an approximation of East Asian Width (UAX #11), by which an emoji
  /// that is a picture by itself is wide.
  fileprivate var columns: Int {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    return switch value {
    // Vowels and final consonants of a syllable that its first makes wide.
    case 0x1160...0x11FF: 0
    // Two of them are a flag.
    case 0x1F1E6...0x1F1FF: 1
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18DFF, 0x1B000...0x1B2FF, 0x1F200...0x1F265,
      0x20000...0x3FFFD:
      2
    default: properties.isEmojiPresentation ? 2 : 1
    }
  }
}

extension String {
  /// How many columns of a terminal it takes.
  var columns: Int {
    if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
    return unicodeScalars.reduce(0) { $0 + $1.columns }
  }

  /// Cut to so many columns, with `…` where something was cut off: the end, or the front.
  func truncated(to limit: Int, front: Bool = false) -> String {
    guard columns > limit else { return self }
    guard limit > 0 else { return "" }
    let kept =
      front
      ? Self.fitting(unicodeScalars.reversed(), limit - 1).reversed()
      : Self.fitting(unicodeScalars, limit - 1)
    var text = String.UnicodeScalarView()
    text.append(contentsOf: kept)
    return front ? "…" + String(text) : String(text) + "…"
  }

  private static func fitting(
    _ scalars: some Sequence<Unicode.Scalar>, _ limit: Int
  ) -> [Unicode.Scalar] {
    var used = 0
    return Array(
      scalars.prefix { scalar in
        used += scalar.columns
        return used <= limit
      })
  }

  /// Filled with spaces up to so many columns.
  func padded(to width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - columns))
    return right ? space + self : self + space
  }
}
