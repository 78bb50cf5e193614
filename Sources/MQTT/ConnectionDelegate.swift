/// A message as it came in. Its bytes belong to libmosquitto and are valid only for the call that hands them over.
public struct Message {
  /// libmosquitto's list of the message's properties; `nil`: none, as always with MQTT 3.1.1.
  let properties: OpaquePointer?
  public let topic: UnsafeRawBufferPointer
  public let payload: UnsafeRawBufferPointer
  public let qos: Int32
  /// Set on a retained message sent because of a subscription, and on no other.
  public let retain: Bool
  /// The packet identifier; 0 at QoS 0.
  public let id: Int32
}

/// Hears what happens on a connection, inside `read`, `write` and `keepAlive` and on their caller's thread.
///
/// Except in `didDisconnect`, libmosquitto holds a lock meanwhile: publishing and subscribing are allowed (they only
/// queue), reading, writing and `keepAlive` are not.
public protocol ConnectionDelegate: AnyObject {
  /// The broker answered the CONNECT. After a refusal `didDisconnect` follows.
  func connection(_ connection: Connection, didConnect result: ConnectResult)

  /// A message came in. At QoS 1 its PUBACK is queued and leaves with the next `write`.
  func connection(_ connection: Connection, didReceive message: Message)

  /// An own publish is done: at QoS 1 the broker's PUBACK with its reason code came in, at QoS 0 it was written.
  func connection(_ connection: Connection, didAcknowledge id: Int32, reasonCode: Int32)

  /// The broker answered a SUBSCRIBE: a granted QoS, or a failure of 128 or more, for each of its filters.
  func connection(_ connection: Connection, didSubscribe id: Int32, granted: [Int32])

  /// The broker answered an UNSUBSCRIBE.
  func connection(_ connection: Connection, didUnsubscribe id: Int32)

  /// The connection is over; called once, and only after `connect` returned. Never after `close`.
  ///
  /// `reasonCode` is that of the broker's DISCONNECT (MQTT 5 section 3.14.2.1, 142 for a session taken over) when
  /// `byBroker`, else a `MOSQ_ERR_` code, 0 after an own `disconnect`. `connection.failure` has the words.
  func connection(_ connection: Connection, didDisconnect reasonCode: Int32, byBroker: Bool)
}

extension ConnectionDelegate {
  public func connection(_ connection: Connection, didAcknowledge id: Int32, reasonCode: Int32) {}
  public func connection(_ connection: Connection, didSubscribe id: Int32, granted: [Int32]) {}
  public func connection(_ connection: Connection, didUnsubscribe id: Int32) {}
}
