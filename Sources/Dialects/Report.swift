import Presence

/// What a message of a source says of one client, as the engine takes it: with its namespace, its rooms, and its
/// timeout. Bytes are borrowed for the call.
public struct Report {
  public enum Word {
    case status(Status)
    case heartbeat(Heartbeat?)
    case room(UnsafeRawBufferPointer, RoomAction)
    /// A topic a client and room: the client is there, or it is not, or the topic was emptied. The birth is
    /// without rooms; one whose departure is `moved` ends those in other rooms.
    case isThere(UnsafeRawBufferPointer, Birth)
    case isNotThere(UnsafeRawBufferPointer, Death)
    case isForgotten(UnsafeRawBufferPointer)
  }

  public var who: Who
  public var word: Word
  /// Identifies payload, rooms and timeout from one run to the next.
  public var hash: UInt64 = 0
  public var isReplay: Bool
  /// Where it is a replay: whether a will would have replaced it.
  public var wills = RetainedWills.none
  /// Rooms by hand, to be added where the word names but one.
  public var assigned: [[UInt8]] = []
  /// How long the client may be silent, as in ``Birth/timeout``.
  public var timeout: Duration
  /// To be known even before it is present: others depend on it.
  public var isGateway = false
  public var gateway: Who?
  public var returnsAlone = false
}

/// Whether wills are retained on the topic of the births, so that a topic that retains a birth tells of no death since.
public enum RetainedWills: Sendable {
  /// The system's software sees to it.
  case certain
  /// It should be so, but a device's configuration decides.
  case likely
  case none
}

/// Takes what a ``SourceReader`` reads.
public protocol ReportTaker: AnyObject {
  func take(_ report: Report)
  /// Something that whoever runs the bridge should know of a source. Said once.
  func remark(_ words: String, of source: Source)
  /// A source asks its system for something.
  func ask(_ topic: [UInt8], _ payload: [UInt8])
  /// The epoch of a client, and whether it is present; `nil` for one that is unknown.
  func standing(of who: Who) -> (epoch: Int64?, isPresent: Bool)?
  /// Lends every client that is present and whose name begins with these bytes.
  func forEachPresent(
    with prefix: [UInt8],
    _ body: (_ client: UnsafeRawBufferPointer, _ user: UnsafeRawBufferPointer?) -> Void)
}
