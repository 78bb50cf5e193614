/// Which names are allowed in a topic (contract: Topics, and behaviour 13).
///
/// A name that is allowed can be sent: libmosquitto and the broker refuse no topic that is made of such names.
/// One pass over the bytes, because every heartbeat's client is checked: plain ASCII is passed eight bytes at
/// a time, what is left of it byte by byte, and only what is not goes through the strict UTF-8 decoder.
public enum Names {
  /// A level has 1 to so many bytes.
  public static let maxLevelBytes = 128
  /// A room has at most so many bytes, its slashes included; hence at most half as many levels.
  public static let maxRoomBytes = 256
  /// A root has at most so many bytes, its slashes included.
  public static let maxRootBytes = 256
  /// So few that no topic of a bridge passes ``maxTopicLevels``: a room adds up to 128 levels, and the longest
  /// path between root and room, `users/{user}/clients/{client}/rooms`, adds five.
  public static let maxRootLevels = 64
  /// libmosquitto and Mosquitto refuse a topic with more levels (`mosquitto_pub_topic_check`).
  public static let maxTopicLevels = 200

  /// What is wrong with `bytes` as one level of a topic, such as a client's id; nil: nothing.
  public static func problem(ofLevel bytes: UnsafeRawBufferPointer) -> TopicProblem? {
    if bytes.isEmpty { return .emptyLevel }
    if bytes.count > maxLevelBytes { return .levelTooLong }
    var at = 0
    while at + 8 <= bytes.count, isPlain(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) {
      at += 8
    }
    while at < bytes.count {
      if bytes[at] == slash { return .slashInLevel }
      if let problem = step(bytes, &at) { return problem }
    }
    return nil
  }

  /// What is wrong with `bytes` as the name of a room; nil: nothing.
  public static func problem(ofRoom bytes: UnsafeRawBufferPointer) -> TopicProblem? {
    if bytes.count > maxRoomBytes { return .roomTooLong }
    if bytes.first == dollar { return .dollarFirst }
    return problem(ofLevels: bytes) { isReserved($0) ? .reservedLevel : nil }
  }

  /// What is wrong with `bytes` as the root of the bridge's topics; nil: nothing.
  public static func problem(ofRoot bytes: UnsafeRawBufferPointer) -> TopicProblem? {
    if bytes.count > maxRootBytes { return .rootTooLong }
    if bytes.first == dollar { return .dollarFirst }
    if levels(of: bytes) > maxRootLevels { return .tooManyLevels }
    return problem(ofLevels: bytes) { _ in nil }
  }

  /// What is wrong with `bytes` as a topic to publish on that somebody else has chosen; nil: nothing.
  package static func problem(ofForeignTopic bytes: UnsafeRawBufferPointer) -> TopicProblem? {
    if bytes.first == dollar { return .dollarFirst }
    if levels(of: bytes) > maxTopicLevels { return .tooManyLevels }
    return problem(ofLevels: bytes) { _ in nil }
  }

  /// What is wrong with the characters of `bytes`, of any number and with any slashes; nil: nothing.
  package static func problem(ofCharacters bytes: UnsafeRawBufferPointer) -> TopicProblem? {
    var at = 0
    while at < bytes.count {
      if let problem = step(bytes, &at) { return problem }
    }
    return nil
  }

  /// How many bytes the character at `at` has, and whether a name may hold it; a slash it may not. Of what is no
  /// UTF-8 it is one byte.
  package static func character(
    in bytes: UnsafeRawBufferPointer, at: Int
  ) -> (count: Int, isAllowed: Bool) {
    var end = at
    if bytes[at] == slash || step(bytes, &end) != nil {
      return (max(1, UTF8Check.length(bytes, at: at)), false)
    }
    return (end - at, true)
  }

  private static func levels(of bytes: UnsafeRawBufferPointer) -> Int {
    bytes.reduce(1) { $1 == slash ? $0 + 1 : $0 }
  }

  /// As ``problem(ofLevel:)-(UnsafeRawBufferPointer)``, for bytes that are not in a buffer.
  public static func problem(ofLevel bytes: some Sequence<UInt8>) -> TopicProblem? {
    Array(bytes).withUnsafeBytes { problem(ofLevel: $0) }
  }

  /// As ``problem(ofRoom:)-(UnsafeRawBufferPointer)``, for bytes that are not in a buffer.
  public static func problem(ofRoom bytes: some Sequence<UInt8>) -> TopicProblem? {
    Array(bytes).withUnsafeBytes { problem(ofRoom: $0) }
  }

  /// As ``problem(ofRoot:)-(UnsafeRawBufferPointer)``, for bytes that are not in a buffer.
  public static func problem(ofRoot bytes: some Sequence<UInt8>) -> TopicProblem? {
    Array(bytes).withUnsafeBytes { problem(ofRoot: $0) }
  }
}

extension Names {
  static let slash = UInt8(ascii: "/")
  static let dollar = UInt8(ascii: "$")
  static let plus = UInt8(ascii: "+")
  static let hash = UInt8(ascii: "#")

  /// Whether a level's name is one that follows WHO in a topic, so that no room may have it.
  private static func isReserved(_ level: UnsafeRawBufferPointer) -> Bool {
    switch level.count {
    case 5: level.holds("rooms")
    case 6: level.holds("status")
    case 9: level.holds("heartbeat")
    default: false
    }
  }

  private static func problem(
    ofLevels bytes: UnsafeRawBufferPointer, and extra: (UnsafeRawBufferPointer) -> TopicProblem?
  ) -> TopicProblem? {
    var start = 0
    while true {
      let end = bytes.firstIndex(of: slash, from: start) ?? bytes.count
      let level = bytes.part(start, end)
      if let problem = problem(ofLevel: level) ?? extra(level) { return problem }
      if end == bytes.count { return nil }
      start = end + 1
    }
  }

  /// Whether eight bytes are ASCII, and each of them allowed in a level.
  @inline(__always)
  private static func isPlain(_ word: UInt64) -> Bool {
    let barred =
      EightBytes.below(0x20, word) | EightBytes.equal(0x7f, word) | EightBytes.equal(slash, word)
      | EightBytes.equal(plus, word) | EightBytes.equal(hash, word)
    return (word | barred) & EightBytes.highs == 0
  }

  /// Takes one character at `at`, and moves past it.
  @inline(__always)
  private static func step(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> TopicProblem? {
    let byte = bytes[at]
    if byte >= 0x80 { return stepWide(bytes, &at) }
    if byte < 0x20 || byte == 0x7f { return .controlCharacter }
    if byte == plus || byte == hash { return .wildcard }
    at += 1
    return nil
  }

  @inline(never)
  private static func stepWide(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> TopicProblem? {
    let length = UTF8Check.length(bytes, at: at)
    if length == 0 { return .notUTF8 }
    // U+0080 to U+009F: the C1 controls, which MQTT 3.1.1 [1.5.3] names with the C0 ones.
    if bytes[at] == 0xc2, bytes[at + 1] < 0xa0 { return .controlCharacter }
    if length > 2, isNoncharacter(bytes, at: at, length) { return .noncharacter }
    at += length
    return nil
  }

  /// U+FDD0 to U+FDEF, and the last two code points of every plane, as UTF-8: `EF B7 90` to `EF B7 AF`, and what
  /// ends with a low nibble F, `BF`, and `BE` or `BF`. MQTT lets a receiver close the connection over one
  /// (MQTT 5, section 1.5.4); libmosquitto refuses it.
  private static func isNoncharacter(
    _ bytes: UnsafeRawBufferPointer, at: Int, _ length: Int
  ) -> Bool {
    let (high, middle, low) = (
      bytes[at + length - 3], bytes[at + length - 2], bytes[at + length - 1]
    )
    if middle == 0xbf { return low >= 0xbe && high & 0x0f == 0x0f }
    return length == 3 && high == 0xef && middle == 0xb7 && (0x90...0xaf).contains(low)
  }
}
