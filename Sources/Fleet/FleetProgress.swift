/// What a fleet has done so far, and how it stands.
public struct FleetProgress: Equatable, Sendable {
  public var clients = 0
  /// Connected and beating now.
  public var online = 0
  /// Connections under way now.
  public var connecting = 0
  public var connects = 0
  public var beats = 0
  public var joins = 0
  public var leaves = 0
  /// Vanished with the connection closed: the broker sent the will.
  public var cut = 0
  /// Vanished with the connection open: only the heartbeats stopped.
  public var hung = 0
  /// Connections that could not be made, or were lost without the fleet's doing.
  public var errors = 0
  /// The latest of those, in words.
  public var lastError: String?
}
