import Presence

/// What a message of a source says of one client, as the engine takes it: with its namespace, its rooms, and its
/// timeout. Bytes are borrowed for the call.
public struct Report {
  public enum Word {
    case status(Status)
    case heartbeat(Heartbeat?)
    case room(UnsafeRawBufferPointer, RoomAction)
    /// A topic a client and room: the client is there, or it is not. The birth is without rooms.
    case isThere(UnsafeRawBufferPointer, Birth)
    case isNotThere(UnsafeRawBufferPointer, Death)
  }

  public var who: Who
  public var word: Word
  /// Identifies payload, rooms and timeout from one run to the next.
  public var hash: UInt64
  /// To be known even before it is present: others depend on it.
  public var isGateway: Bool
  public var gateway: Who?
  public var returnsAlone: Bool
}

/// Takes what a ``SourceReader`` reads.
public protocol ReportTaker: AnyObject {
  func take(_ report: Report)
  /// The epoch of a client, and whether it is present; `nil` for one that is unknown.
  func standing(of who: Who) -> (epoch: Int64?, isPresent: Bool)?
}
