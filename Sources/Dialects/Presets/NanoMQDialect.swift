import Presence

/// NanoMQ: `$SYS/brokers/connected` and `…/disconnected`, and since 0.24.1 `…/client_status/ID` with `status` in it.
///
/// A `connected` with a `return_code` is a connection that was refused. Events of one broker come in their order, and
/// their `ts` can go back with its clock: what is heard last counts. Names are the client's own in a JSON that is not
/// escaped: see ``NanoMQEvent``. Only the status of the broker's own bridges is retained.
struct NanoMQDialect: Dialect {
  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "nanomq")
  private var owners = ConnectionOwners()
  var limited: UInt64 { owners.limited }
  /// Whether this NanoMQ tells addresses: one that does not, and seems to, repeats what an id says.
  private var tellsAddress = true

  /// MQTT 5: session taken over.
  private static let takenOver = Array("8e".utf8)

  init(prefix: String?) {
    let prefix = prefix ?? "$SYS/brokers"
    topics = [
      DialectTopic(pattern: "\(prefix)/connected"),
      DialectTopic(pattern: "\(prefix)/disconnected"),
      DialectTopic(pattern: "\(prefix)/client_status/{id...}"),
    ]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    if message.isReplay, topic != 2 { return }
    if message.payload.isEmpty { return }
    guard let event = NanoMQEvent(message.payload), let id = event["client_id"], !id.isEmpty,
      topic != 2 || message.levels.first?.elementsEqual(id) == true,
      let isOnline = Self.isOnline(event, topic),
      isOnline || tellsAddress || event["IPv4"] == nil
    else {
      return listener.isInvalid(
        "an event that NanoMQ does not write, or of a name that imitates one")
    }
    let client = id.withUnsafeBytes { ClientName.escaped($0) }
    if isOnline {
      tellsAddress = event["IPv4"] != nil
      connect(client, Self.user(event), event, listener)
    } else {
      disconnect(client, Self.user(event), event, listener)
    }
  }

  private static func isOnline(_ event: NanoMQEvent, _ topic: Int) -> Bool? {
    let isEnd = event["reason_code"] != nil
    guard isEnd != (event["return_code"] != nil) else { return nil }
    if topic < 2 { return isEnd == (topic == 1) ? !isEnd : nil }
    return event["status"] == Array((isEnd ? "offline" : "online").utf8) ? !isEnd : nil
  }

  private mutating func connect(
    _ client: [UInt8], _ user: [UInt8]?, _ event: NanoMQEvent, _ listener: some DialectListener
  ) {
    guard event["return_code"] == [UInt8(ascii: "0")] else { return }
    for other in owners.connect(client, as: user, listener) {
      Saying.tell(client, other, .offline(Death()), listener)
    }
    let birth = Birth.connected(keepAlive: event.number("keepalive"))
    Saying.tell(client, user, .online(birth), listener)
  }

  private mutating func disconnect(
    _ client: [UInt8], _ user: [UInt8]?, _ event: NanoMQEvent, _ listener: some DialectListener
  ) {
    if event["reason_code"] == Self.takenOver { return }
    owners.disconnect(client, from: user)
    Saying.tell(client, user, .offline(Death()), listener)
  }

  private static func user(_ event: NanoMQEvent) -> [UInt8]? {
    guard let user = event["username"], !user.isEmpty, !user.elementsEqual("undefined".utf8),
      !user.elementsEqual("(null)".utf8)
    else { return nil }
    return user.withUnsafeBytes { ClientName.escaped($0) }
  }
}
