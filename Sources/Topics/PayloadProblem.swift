/// What a payload may at most be.
public struct PayloadLimits: Sendable {
  /// Bytes of a payload.
  public var maxPayload: Int
  /// Rooms of one client.
  public var maxRooms: Int

  /// The defaults are the contract's `max_payload` and `max_rooms_per_client`.
  public init(maxPayload: Int = 8 * 1024, maxRooms: Int = 64) {
    self.maxPayload = maxPayload
    self.maxRooms = maxRooms
  }
}

/// Why a payload changes nothing.
public struct PayloadProblem: Error, Equatable, Sendable {
  /// Which of the bridge's counters it belongs to.
  public enum Kind: Sendable { case invalid, limited }

  public let kind: Kind
  /// For the log.
  public let words: String

  static func invalid(_ words: String) -> Self { Self(kind: .invalid, words: words) }
  static func limited(_ words: String) -> Self { Self(kind: .limited, words: words) }
}
