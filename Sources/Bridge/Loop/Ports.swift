import Presence
import Store

/// The outside world, as the loop sees it: a broker, a disk and a clock. The real ones stand behind
/// these, and so do the simulated ones of the tests.

/// Where the loop reads what time it is.
public protocol Clock: AnyObject {
  var now: Now { get }
  /// In 0..<1; spreads reconnects.
  func jitter() -> Double
}

/// Makes connections to the one broker.
public protocol Broker: AnyObject {
  /// Begins a connection; the delegate hears how it goes. Never waits for the network.
  func connect(version: LinkVersion, delegate: any LinkDelegate) throws(LinkError) -> any Link
  /// As ``connect(version:delegate:)``, under another client id, without a session and without a will.
  func connectWitness(version: LinkVersion, delegate: any LinkDelegate)
    throws(LinkError) -> any Link
}

/// A broker need not let anybody look.
extension Broker {
  public func connectWitness(version: LinkVersion, delegate: any LinkDelegate)
    throws(LinkError) -> any Link
  { throw LinkError("no other connection can be made") }
}

public enum LinkVersion: Sendable {
  case v5
  case v311

  /// As a person writes it, and the configuration: `5`, `3.1.1`.
  public var name: String { self == .v5 ? "5" : "3.1.1" }
}

/// What went wrong with a call on a link, in words.
public struct LinkError: Error, Equatable, CustomStringConvertible {
  /// What the failure ends.
  public enum Scope: Sendable {
    /// The connection is over.
    case connection
    /// This message or subscription is not sent; the connection goes on.
    case call
    /// As ``call``: the message is larger than the broker takes.
    case oversize
  }

  public var description: String
  public var scope: Scope

  public init(_ description: String, scope: Scope = .connection) {
    self.description = description
    self.scope = scope
  }
}

/// One connection, from CONNECT to its end. What is sent is only queued until ``write()``:
/// acknowledgements of what was read, too.
public protocol Link: AnyObject {
  var isOpen: Bool { get }
  /// Whether another ``read()`` has something to read.
  var hasInput: Bool { get }
  func read() throws(LinkError)
  func write() throws(LinkError)
  /// To be called about once a second.
  func keepAlive() throws(LinkError)
  /// - Returns: an id that ``LinkDelegate/linkDidAcknowledge(_:reason:)`` names.
  func publish(
    _ topic: [UInt8], _ payload: UnsafeRawBufferPointer, atLeastOnce: Bool, retain: Bool
  ) throws(LinkError) -> Int32
  /// Publishes an answer. Links whose messages have no properties publish it like anything else.
  func answer(_ payload: [UInt8], to reply: ReplyAddress, atLeastOnce: Bool)
    throws(LinkError) -> Int32
  /// - Returns: an id that ``LinkDelegate/linkDidSubscribe(_:granted:)`` names.
  func subscribe(_ filters: [String], atLeastOnce: Bool) throws(LinkError) -> Int32
  /// - Returns: an id that ``LinkDelegate/linkDidUnsubscribe(_:)`` names.
  func unsubscribe(_ filters: [String]) throws(LinkError) -> Int32
  func disconnect() throws(LinkError)
  /// Ends the connection at once, without a goodbye: the broker publishes the will. Nothing is heard of it any more.
  func close()
}

/// The broker's answer to a CONNECT.
public struct LinkWelcome: Equatable, Sendable {
  /// `nil`: accepted; else the broker's reason.
  public var refusal: String?
  public var isUnsupportedVersion: Bool
  /// The refusal is one of the user or the password.
  public var isLoginRefused: Bool
  public var sessionPresent: Bool
  /// Bytes; `nil`: no limit.
  public var maximumPacketSize: Int?
  /// QoS 1 messages that the broker takes ahead of its acknowledgements; `nil`: it named no limit.
  public var receiveMaximum: Int?

  public init(
    refusal: String? = nil, isUnsupportedVersion: Bool = false, isLoginRefused: Bool = false,
    sessionPresent: Bool = false, maximumPacketSize: Int? = nil, receiveMaximum: Int? = nil
  ) {
    self.receiveMaximum = receiveMaximum
    self.refusal = refusal
    self.isUnsupportedVersion = isUnsupportedVersion
    self.isLoginRefused = isLoginRefused
    self.sessionPresent = sessionPresent
    self.maximumPacketSize = maximumPacketSize
  }
}

/// A message as it came in; the bytes are valid only for the call.
public struct Delivery {
  public var topic: UnsafeRawBufferPointer
  public var payload: UnsafeRawBufferPointer
  /// Whether it is acknowledged (QoS 1).
  public var isAcknowledged: Bool
  /// Delivered with the retain flag: a replay.
  public var isReplay: Bool
  /// Where its answer is to go, by its properties.
  public var reply: ReplyAddress?

  public init(
    topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, isAcknowledged: Bool,
    isReplay: Bool, reply: ReplyAddress? = nil
  ) {
    self.reply = reply
    self.topic = topic
    self.payload = payload
    self.isAcknowledged = isAcknowledged
    self.isReplay = isReplay
  }
}

/// Where an answer is to go, and what the one who asked knows it by (MQTT 5 section 4.10).
public struct ReplyAddress: Equatable, Sendable {
  public var topic: [UInt8]
  public var correlation: [UInt8]?

  public init(topic: [UInt8], correlation: [UInt8]? = nil) {
    self.topic = topic
    self.correlation = correlation
  }
}

extension Link {
  public func answer(_ payload: [UInt8], to reply: ReplyAddress, atLeastOnce: Bool)
    throws(LinkError) -> Int32
  {
    let result = payload.withUnsafeBytes { bytes in
      Result { () throws(LinkError) in
        try publish(reply.topic, bytes, atLeastOnce: atLeastOnce, retain: false)
      }
    }
    return try result.get()
  }
}

/// Hears what happens on a link, within its `read`, `write` and `keepAlive`.
public protocol LinkDelegate: AnyObject {
  func linkDidConnect(_ welcome: LinkWelcome)
  func linkDidReceive(_ delivery: Delivery)
  /// `reason` is the PUBACK's: 128 and more are failures (MQTT 5 section 3.4.2.1).
  func linkDidAcknowledge(_ id: Int32, reason: Int32)
  /// `granted` holds a QoS, or a failure of 128 or more, for each filter.
  func linkDidSubscribe(_ id: Int32, granted: [Int32])
  func linkDidUnsubscribe(_ id: Int32)
  /// Over.
  func linkDidEnd(_ end: LinkEnd)
}

/// How a connection ended.
public struct LinkEnd: Equatable, Sendable {
  /// In words; `nil`: it was closed in good order.
  public var reason: String?
  /// The broker said that another client uses our client id.
  public var isTakenOver: Bool
  /// The broker took the connection and closed it without an answer to the CONNECT.
  public var isUnanswered: Bool

  public init(reason: String?, isTakenOver: Bool = false, isUnanswered: Bool = false) {
    self.reason = reason
    self.isTakenOver = isTakenOver
    self.isUnanswered = isUnanswered
  }
}

/// Where the engine's rows are kept.
public protocol Storage: AnyObject {
  /// As ``Database/commit(_:of:bridge:)``: done, or to be called again.
  func commit(_ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow)
    throws(StoreError) -> Bool
  /// As ``Database/rewrite(_:of:bridge:)``: done, or `commit` is to go on with it.
  func rewrite(_ unsaved: inout Unsaved, of engine: borrowing Engine, bridge: BridgeRow)
    throws(StoreError) -> Bool
  /// The rows of a commit are written, and the disk is awaited: what changes from now on is for the next one.
  var isSyncing: Bool { get }
  /// Gives up a commit that is under way; nothing of it stays.
  func abandonCommit()
  /// As last kept.
  var filters: [String] { get }
  func keep(filters: [String]) throws(StoreError)
  /// As ``Database/thinHistory(at:)``.
  func thinHistory(at time: Int64) throws(StoreError) -> Bool
  /// As ``Database/history(of:since:step:at:)``.
  func history(of room: [UInt8], since seconds: Int64, step: Int64, at time: Int64)
    throws(StoreError) -> HistoryScan?
  var historyFigures: (rows: Int, thinnedEarly: UInt64)? { get }
  /// How the files fare, as a look at them tells.
  func inspect() -> StorageCondition
}

/// A storage need not keep history.
extension Storage {
  public var isSyncing: Bool { false }

  public func abandonCommit() {}

  public func inspect() -> StorageCondition { StorageCondition() }

  public func thinHistory(at time: Int64) throws(StoreError) -> Bool { false }

  public func history(of room: [UInt8], since seconds: Int64, step: Int64, at time: Int64)
    throws(StoreError) -> HistoryScan?
  { nil }

  public var historyFigures: (rows: Int, thinnedEarly: UInt64)? { nil }
}

extension Database: Storage {}
