/// The session that an NBIRTH or NDEATH speaks of: its metric `bdSeq` (Sparkplug 3.0, 5.4 and 6.4.20).
///
/// 0 to 255, and 0 again, is what version 3 has; version 2 lets it grow. Nodes also leave it out, or wrap their
/// payload in a compressed one.
enum SparkplugSession: Equatable {
  case number(Int64)
  case unnamed
  /// No Sparkplug payload, or a number that is none.
  case unreadable

  /// Stands for a session without a number where numbers are kept.
  static let unnamedEpoch: Int64 = 1 << 53 - 1

  var epoch: Int64 {
    if case .number(let number) = self { number } else { Self.unnamedEpoch }
  }

  init(_ payload: UnsafeRawBufferPointer) {
    self = .unnamed
    var fields = ProtobufFields(payload)
    while let (number, value) = fields.next() {
      guard number == Self.metrics, case .bytes(let bytes) = value else { continue }
      var metric = Metric()
      guard metric.read(bytes) else {
        self = .unreadable
        return
      }
      if metric.isSession { self = metric.session }
    }
    if !fields.isSound { self = .unreadable }
  }

  /// What an NDEATH's session is to the one that an NBIRTH named.
  enum Order { case same, later, earlier, unknown }

  /// Numbers wrap at 256: up to 127 ahead is later. Those of version 2, which grow beyond, do not.
  func order(after known: Int64) -> Order {
    guard case .number(let number) = self, known != Self.unnamedEpoch else { return .unknown }
    if number == known { return .same }
    guard max(number, known) < 256 else { return number > known ? .later : .earlier }
    return (number - known) & 0xff < 128 ? .later : .earlier
  }

  /// Whether the bytes are a payload of Sparkplug: sound, and with one of its fields in it.
  static func isPayload(_ payload: UnsafeRawBufferPointer) -> Bool {
    var fields = ProtobufFields(payload)
    var isKnown = false
    while let (number, value) = fields.next() {
      switch (number, value) {
      // timestamp, metrics, seq, uuid, body
      case (1, .varint), (2, .bytes), (3, .varint), (4, .bytes), (5, .bytes): isKnown = true
      default: break
      }
    }
    return isKnown && fields.isSound
  }

  private static let metrics: UInt64 = 2

  private struct Metric {
    var isSession = false
    var isNull = false
    var value: UInt64?

    var session: SparkplugSession {
      guard let value, !isNull else { return .unnamed }
      return value < SparkplugSession.unnamedEpoch ? .number(Int64(value)) : .unreadable
    }

    /// Of a field that comes twice the last one counts.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
      var fields = ProtobufFields(bytes)
      while let (number, value) = fields.next() {
        switch (number, value) {
        case (1, .bytes(let name)): isSession = name.elementsEqual("bdSeq".utf8)
        case (7, .varint(let flag)): isNull = flag != 0
        // int_value and long_value are one choice.
        case (10, .varint(let number)), (11, .varint(let number)): self.value = number
        default: break
        }
      }
      return fields.isSound
    }
  }
}
