import CMosquitto

/// Names of every kind, and what they are by the book: the contract's rules one after the other, and
/// libmosquitto's own functions.
enum WireName {
  private static let pieces: [[UInt8]] =
    [
      "a", "lab", "/", "/", "//", "$", "+", "#", "status", "heartbeat", "rooms", "Status", " ", "é",
      "e\u{301}", "🦉", "\u{85}", "\u{9f}", "\u{a0}", "\u{7f}", "\0", "\u{1f}", "\u{ffff}",
      "\u{fffe}",
      "\u{fffd}", "\u{fdcf}", "\u{fdf0}", "\u{1ffff}", "\u{1fffd}",
      "\u{10fffe}", "\u{feff}", "\u{202e}", "~", "\u{1b}[2J",
    ].map { Array($0.utf8) } + [[0xef, 0xb7, 0x90], [0xef, 0xb7, 0xaf]]

  /// No UTF-8: continuations alone, overlong forms, surrogates, beyond U+10FFFF, cut off.
  private static let broken: [[UInt8]] = [
    [0xff], [0x80], [0xbf], [0xc0, 0xaf], [0xc1, 0xbf], [0xc3], [0xe0, 0x9f, 0xbf], [0xe2, 0x82],
    [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80],
    [0xf5, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0xa6],
  ]

  static func random(_ random: inout Seeded) -> [UInt8] {
    var name: [UInt8] = []
    for _ in 0..<Int.random(in: 0...5, using: &random) { name += piece(&random) }
    guard Int.random(in: 0..<6, using: &random) == 0 else { return name }
    return lengthened(name, &random)
  }

  private static func piece(_ random: inout Seeded) -> [UInt8] {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: broken.randomElement(using: &random) ?? []
    case 1: [.random(in: 0...255, using: &random)]
    case 2: Array(String(Character(scalar(&random))).utf8)
    case 3: pieces.randomElement(using: &random) ?? []
    default: word(&random)
    }
  }

  private static func word(_ random: inout Seeded) -> [UInt8] {
    let number = random.next()
    let start = Int(number % 20)
    let word = words[start..<start + 1 + Int(number >> 8 % 12)]
    return number >> 16 % 3 == 0 ? [0x2f] + word : Array(word)
  }

  private static let words = Array("abcd efgh-ij.klmn:0123456789_opqrs".utf8)
  private static let reserved = ["status", "heartbeat", "rooms"].map { Array($0.utf8)[...] }

  private static func scalar(_ random: inout Seeded) -> Unicode.Scalar {
    Unicode.Scalar(UInt32.random(in: 0...0x10ffff, using: &random)) ?? "x"
  }

  /// To about the length of a level or a room, or to about as many levels as a topic may have.
  private static func lengthened(_ name: [UInt8], _ random: inout Seeded) -> [UInt8] {
    let end = [64, 128, 200, 256].randomElement(using: &random) ?? 0
    let length = end + Int.random(in: -2...2, using: &random)
    if Bool.random(using: &random) {
      return name + [UInt8](repeating: 0x61, count: max(1, length - name.count))
    }
    let missing = max(1, length - name.count { $0 == 0x2f })
    return name + (0..<2 * missing).map { $0 % 2 == 0 ? 0x2f : 0x61 }
  }

  /// Whether libmosquitto takes it for a topic to publish on.
  static func isTaken(_ name: [UInt8]) -> Bool {
    guard !name.isEmpty, name.count <= 65_535 else { return false }
    // The library reads up to the NUL at the end, and looks at one byte behind what is cut off.
    return (name + [0]).withUnsafeBytes { bytes in
      let text = bytes.assumingMemoryBound(to: CChar.self).baseAddress
      return mosquitto_validate_utf8(text, Int32(name.count)) == 0
        && mosquitto_pub_topic_check2(text, name.count) == 0
    }
  }

  // The contract's rules, where they are stricter than the library.

  static func isLevel(_ name: [UInt8]) -> Bool {
    (1...128).contains(name.count) && !name.contains(0x2f)
  }

  static func isRoom(_ name: [UInt8]) -> Bool {
    name.count <= 256 && isTopic(name) && levels(name).allSatisfy { !reserved.contains($0) }
  }

  static func isRoot(_ name: [UInt8]) -> Bool {
    name.count <= 256 && isTopic(name) && levels(name).count <= 64
  }

  static func isTopic(_ name: [UInt8]) -> Bool {
    name.first != 0x24 && levels(name).allSatisfy { (1...128).contains($0.count) }
  }

  private static func levels(_ name: [UInt8]) -> [ArraySlice<UInt8>] {
    name.split(separator: 0x2f, omittingEmptySubsequences: false)
  }
}
