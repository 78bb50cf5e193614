/// One thing that one client of the fleet is to do now.
public struct FleetMove: Equatable, Sendable {
  public enum Act: Equatable, Sendable {
    /// Connect, with a will, and say `online` with the rooms that it is in.
    case connect
    case beat
    case join(room: Int)
    case leave(room: Int)
    /// Close the connection without a DISCONNECT: the broker sends the will.
    case cut
    /// Keep the connection and do nothing with it: only the missing heartbeats tell.
    case hang
  }

  public var client: Int
  public var act: Act

  public init(client: Int, act: Act) {
    self.client = client
    self.act = act
  }
}
