/// Runs connections until a condition holds, for programs that have nothing else to wait for.
///
/// Every message is acknowledged as soon as it was handed over. A connection that ends is left alone: its
/// delegate hears of it and its `failure` says why. Returns whether the condition held; false after `limit`, or
/// once no connection is open any more.
///
/// Throws when polling fails.
public func drive(
  _ connections: [Connection], for limit: Duration, until condition: () -> Bool
) throws(MQTTError) -> Bool {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  var nextKeepAlive = clock.now
  var poller = Poller()
  while !condition() {
    let now = clock.now
    guard now < deadline, connections.contains(where: \.isOpen) else { return false }
    poller.removeAll()
    for connection in connections { poller.add(connection) }
    try poller.wait(now.duration(to: min(deadline, nextKeepAlive)))
    for (place, connection) in connections.enumerated() { try? turn(connection, poller[place]) }
    guard clock.now >= nextKeepAlive else { continue }
    for connection in connections where connection.isOpen { try? connection.keepAlive() }
    nextKeepAlive = clock.now + .seconds(1)
  }
  return true
}

/// How many packets one connection may have read before the others have their turn.
private let readsPerTurn = 100

private func turn(_ connection: Connection, _ readiness: Poller.Readiness) throws(MQTTError) {
  if readiness.contains(.readable), connection.isOpen {
    var reads = 0
    repeat {
      try connection.read()
      reads += 1
    } while reads < readsPerTurn && connection.hasInput
  }
  if connection.isOpen, connection.wantsWrite { try connection.write() }
}
