/// What a fleet is like: how many, where, how lively. Rates are events a minute of one client, so
/// that a fleet of ten and one of ten thousand behave alike.
public struct FleetPlan: Equatable, Sendable {
  /// How many clients, numbered from 0.
  public var clients = 25
  /// How many rooms, numbered from 0; named by ``FleetNames/room(_:)``.
  public var rooms = 5
  /// The same seed gives the same decisions, whatever the broker's timing.
  public var seed: UInt64 = 1
  /// Between two heartbeats of a client; its timeout is three of them.
  public var heartbeat: Duration = .seconds(10)
  /// Joins a minute of a client that is online.
  public var joinRate = 1.0
  /// Leaves a minute of a client that is online.
  public var leaveRate = 1.0
  /// How often a minute a client that is online vanishes without a word.
  public var vanishRate = 0.2
  /// The mean time until a client that vanished comes back.
  public var away: Duration = .seconds(20)
  /// Every second client belongs to one of so many users; 0: none does.
  public var users = 0
  /// What client ids begin with; a number follows.
  public var prefix = "sim-"
  /// How many rooms a client is in at most.
  public var roomsAtOnce = 3
  /// How many connections may be under way at a time: a broker's backlog is short.
  public var connectingAtOnce = 200

  public init() {}

  /// After which silence the bridge may remove a client.
  public var timeout: Duration { heartbeat * 3 }
}
