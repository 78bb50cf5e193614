/// Gateways: clients that carry the messages of others, such as a radio's bridge or a field bus's node.
///
/// When a gateway goes, nothing is heard of what it carries, and whatever was last said of that is worth
/// nothing: all of it is away, for the reason `gateway`. When it is back, what it carried is back, too, with a
/// full timeout to be heard. A live word of what is carried is a sign of life of the gateway.
///
/// A gateway may carry very many, so they are seen to in slices, by ``tick(budget:at:)``.

/// Whom a gateway carries, or has carried: it counts only if the client's record still says so.
struct Carried {
  var clients: ContiguousArray<Int32> = []
  /// Beyond this many they are looked through for those that are carried by others now.
  var limit = 64
}

extension Engine {
  /// Makes a gateway known before anything is heard of it, so that its absence can count. Its `timeout` is as in
  /// ``Birth/timeout``.
  public mutating func know(gateway who: Who, timeout: Duration, at now: Now) {
    self.now = now
    guard find(who).map({ clients[Int($0)].state == .gone }) ?? true else { return }
    guard let index = findOrAdd(who) else { return }
    clients[Int(index)].connection = Client.unheard
    clients[Int(index)].timeout = Client.timeout(timeout)
    schedule(index)
  }

  /// Ties a client to the gateway that carries it; both have to be known.
  ///
  /// - Parameter returnsAlone: the gateway's return says nothing of it: it comes back by its own word.
  /// - Returns: whether both were.
  @discardableResult
  public mutating func carry(
    _ who: Who, by gateway: Who, returnsAlone: Bool = false, at now: Now
  ) -> Bool {
    self.now = now
    guard let index = find(who), clients[Int(index)].state != .gone, let carrier = find(gateway),
      clients[Int(carrier)].state != .gone, index != carrier
    else { return false }
    if clients[Int(index)].gateway != carrier {
      clients[Int(index)].gateway = carrier
      note(index, carriedBy: carrier)
      save(client: index)
    }
    if clients[Int(index)].flags.contains(.returnsAlone) != returnsAlone {
      clients[Int(index)].flags.formSymmetricDifference(.returnsAlone)
      save(client: index)
    }
    if !agrees(index) { unchecked.append(index) }
    return true
  }

  private mutating func note(_ index: Int32, carriedBy carrier: Int32) {
    carried[carrier, default: Carried()].clients.append(index)
    guard let list = carried[carrier], list.clients.count > list.limit else { return }
    var seen: Set<Int32> = []
    let kept = list.clients.filter {
      clients[Int($0)].gateway == carrier && seen.insert($0).inserted
    }
    carried[carrier] = Carried(clients: ContiguousArray(kept), limit: max(64, 2 * kept.count))
  }

  /// Puts those whom a gateway that came or went carries in line.
  mutating func checkCarried(by index: Int32) {
    guard !carried.isEmpty, let list = carried[index] else { return }
    unchecked.append(contentsOf: list.clients.filter { clients[Int($0)].gateway == index })
  }

  /// Nobody is carried by a client whose number becomes free.
  mutating func release(carriedBy index: Int32) {
    guard !carried.isEmpty, let list = carried.removeValue(forKey: index) else { return }
    for client in list.clients where clients[Int(client)].gateway == index {
      clients[Int(client)].gateway = -1
      save(client: client)
    }
  }

  /// Once every client is there: who is carried by whom, and who has yet to follow its gateway.
  mutating func restoreGateways() {
    for index in clients.indices where clients[index].gateway >= 0 {
      let gateway = clients[index].gateway
      guard clientNames.isTaken(gateway), clientNames.isTaken(Int32(index)) else {
        clients[index].gateway = -1
        continue
      }
      note(Int32(index), carriedBy: gateway)
      if !agrees(Int32(index)) { unchecked.append(Int32(index)) }
    }
  }

  /// What a client says reaches us through its gateway, which may have one itself. Gateways can be tied into a ring.
  mutating func hearGateway(of index: Int32) {
    var gateway = clients[Int(index)].gateway
    var steps = 0
    while gateway >= 0, gateway != index, steps < Self.longestChain {
      hear(gateway: gateway)
      gateway = clients[Int(gateway)].gateway
      steps += 1
    }
  }

  private static var longestChain: Int { 64 }

  private mutating func hear(gateway: Int32) {
    switch clients[Int(gateway)].state {
    case .online, .dying: heard(gateway)
    case .away:
      let isRevivable = isRevivable(gateway)
      comeBack(gateway)
      if isRevivable { reviveRooms(of: gateway) }
    case .gone, .free: break
    }
  }

  /// Whether a carried client is there or not as its gateway lets it be.
  func agrees(_ index: Int32) -> Bool {
    let client = clients[Int(index)]
    guard client.gateway >= 0 else { return true }
    let gateway = clients[Int(client.gateway)]
    if gateway.isPresent { return client.state != .away || !client.flags.contains(.gated) }
    return gateway.state != .away || !client.isPresent
  }

  /// Removes those whose gateway is away, and brings back those whose gateway is back. At most `budget` of them.
  mutating func seeToCarried(budget: inout Int) {
    while budget > 0, checked < unchecked.count {
      let index = unchecked[checked]
      checked += 1
      budget -= 1
      if !agrees(index) { follow(index) }
    }
    guard checked > 0, checked == unchecked.count else { return }
    unchecked.removeAll(keepingCapacity: unchecked.count <= 4_096)
    checked = 0
  }

  private mutating func follow(_ index: Int32) {
    if clients[Int(index)].isPresent {
      let isDying = clients[Int(index)].state == .dying
      remove(index, reason: isDying ? .offline : .gateway)
      if !isDying, !clients[Int(index)].flags.contains(.returnsAlone) {
        clients[Int(index)].flags.insert(.gated)
      }
    } else {
      comeBack(index)
      clients[Int(index)].connection = Client.unheard
      reviveRooms(of: index)
    }
  }
}
