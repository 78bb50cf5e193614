/// What clients say, after their topics and payloads have been read.
///
/// Names travel as the bytes of the topic they came in: they are compared and sorted as bytes, and
/// borrowed only for the duration of a call, so that a heartbeat costs no allocation.

/// A client as its topic names it: `clients/{client}` or `users/{user}/clients/{client}`.
///
/// The bytes are borrowed: valid only for the call that they are passed to.
public struct Who {
  public var user: UnsafeRawBufferPointer?
  public var client: UnsafeRawBufferPointer

  public init(user: UnsafeRawBufferPointer? = nil, client: UnsafeRawBufferPointer) {
    self.user = user
    self.client = client
  }
}

/// What a client says of itself on `WHO/status`.
public enum Status: Equatable, Sendable {
  case online(Birth)
  case offline(Death)
  /// The empty payload: forget the client.
  case forget
}

/// The `online` that a client publishes when it connects. What is `nil` was left out and stays.
public struct Birth: Equatable, Sendable {
  /// Replaces the client's rooms; `[]` is none. Without repetitions.
  public var rooms: [[UInt8]]?
  /// 0 to 2^53 - 1.
  public var epoch: Int64?
  /// `.zero`: the will alone decides. Otherwise 0.1 s to 366 days.
  public var timeout: Duration?
  /// With a timeout of `.zero`: how soon it has to be heard where its will may have been lost, such as at a
  /// restarted broker; `nil`: within the default timeout.
  public var confirmation: Duration?
  /// A JSON object in its shortest form, shown with the member; `{}` clears it.
  public var data: [UInt8]?
  /// Said before a sleep in which it will not be heard: still a member, and marked as asleep.
  public var isAsleep = false
  /// Why it leaves the rooms that it does not name, where it names any.
  public var departure = Reason.left

  public init(
    rooms: [[UInt8]]? = nil, epoch: Int64? = nil, timeout: Duration? = nil, data: [UInt8]? = nil
  ) {
    self.rooms = rooms
    self.epoch = epoch
    self.timeout = timeout
    self.data = data
  }
}

/// Any `offline`: a will, or a goodbye.
public struct Death: Equatable, Sendable {
  /// Below the client's own epoch: stale.
  public var epoch: Int64?
  /// How long it waits for a live sign of life, where it is doubted; `nil`: as every death does.
  public var grace: Duration?

  public init(epoch: Int64? = nil, grace: Duration? = nil) {
    self.epoch = epoch
    self.grace = grace
  }
}

/// What a heartbeat may carry; mostly nothing.
public struct Heartbeat: Equatable, Sendable {
  /// As in ``Birth/timeout``.
  public var timeout: Duration?
  public var epoch: Int64?

  public init(timeout: Duration? = nil, epoch: Int64? = nil) {
    self.timeout = timeout
    self.epoch = epoch
  }
}

/// What a client says on `WHO/rooms/{room}`.
public enum RoomAction: Equatable, Sendable {
  /// `data` as in ``Birth/data``; it wins over the status's.
  case join(data: [UInt8]?)
  case leave
}
