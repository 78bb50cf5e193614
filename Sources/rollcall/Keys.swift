/// A key that was pressed at a terminal.
enum Key: Equatable {
  case character(Character)
  case enter, tab, escape, backspace
  case up, down, pageUp, pageDown, home, end

  /// The keys in what a read of the terminal gave. An escape sequence comes in one piece: what looks like the
  /// beginning of one at the end is the escape key.
  static func read(_ bytes: [UInt8]) -> [Key] {
    var keys: [Key] = []
    var rest = bytes[...]
    while let byte = rest.first {
      if byte == 0x1B, let (key, length) = sequence(rest) {
        if let key { keys.append(key) }
        rest = rest.dropFirst(length)
      } else if byte >= 0x80 {
        let text = String(decoding: rest.prefix { $0 >= 0x80 }, as: UTF8.self)
        keys += text.map { .character($0) }
        rest = rest.drop { $0 >= 0x80 }
      } else {
        if let key = plain(byte) { keys.append(key) }
        rest = rest.dropFirst()
      }
    }
    return keys
  }

  private static func plain(_ byte: UInt8) -> Key? {
    switch byte {
    case 0x0A, 0x0D: .enter
    case 0x09: .tab
    case 0x1B: .escape
    case 0x08, 0x7F: .backspace
    case 0x20..<0x7F: .character(Character(UnicodeScalar(byte)))
    default: nil
    }
  }

  /// `ESC [ …` and `ESC O …`; a `nil` key is one that means nothing here.
  private static func sequence(_ bytes: ArraySlice<UInt8>) -> (Key?, length: Int)? {
    let body = bytes.dropFirst()
    guard let opener = body.first, opener == UInt8(ascii: "[") || opener == UInt8(ascii: "O") else {
      return nil
    }
    let parameters = body.dropFirst().prefix { (0x20...0x3F).contains($0) }
    guard let final = body.dropFirst(1 + parameters.count).first else { return nil }
    let length = 3 + parameters.count
    return (key(final, String(decoding: parameters, as: UTF8.self)), length)
  }

  private static func key(_ final: UInt8, _ parameters: String) -> Key? {
    switch (UnicodeScalar(final), parameters) {
    case ("A", _): .up
    case ("B", _): .down
    case ("H", _), ("~", "1"), ("~", "7"): .home
    case ("F", _), ("~", "4"), ("~", "8"): .end
    case ("~", "5"): .pageUp
    case ("~", "6"): .pageDown
    default: nil
    }
  }
}
