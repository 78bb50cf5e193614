/// Replays: what a retained topic claims of a client, at subscribe. No sign of life.
extension Engine {
  /// Takes in a status that was delivered with the retain flag.
  ///
  /// Nothing comes of a birth that equals the last one that was taken from the topic, and hardly anything of such a death:
  /// they may be old, or the same words said again. Nor does anything of what contradicts what was heard live in this
  /// connection: the retained message may be older than that.
  ///
  /// - Parameter isOlder: everything that was said on the topic was heard, so that a replay tells nothing of who is known.
  /// - Parameter isWillRetained: the client's will replaces what its topic retains. So a birth that is there after a
  ///   death is a later one, though it reads like the one before.
  public mutating func claim(
    _ who: Who, _ status: Status, hash: UInt64, isOlder: Bool = false,
    isWillRetained: Bool = false, at now: Now
  ) {
    self.now = now
    guard let index = find(who), clients[Int(index)].state != .gone else {
      guard case .online(let birth) = status else { return }
      takeIn(who, birth, hash)
      if isWillRetained, let index = find(who) { vouch(for: index) }
      return
    }
    if isOlder { return }
    if isWillRetained, case .online = status { vouch(for: index) }
    switch status {
    case .online(let birth): claimOnline(who, index, birth, hash, isWillRetained: isWillRetained)
    case .offline(let death): claimOffline(index, death, hash)
    case .forget: break
    }
  }

  private mutating func vouch(for index: Int32) {
    if phase == .settling { vouched.append(index) }
  }

  private mutating func takeIn(_ who: Who, _ birth: Birth, _ hash: UInt64) {
    guard makePlace(for: who, birth.rooms, spends: false), let index = findOrAdd(who) else {
      return
    }
    clients[Int(index)].connection = Client.unheard
    if let epoch = birth.epoch { setEpoch(epoch, of: index) }
    apply(birth, to: index)
    setStatusHash(hash, birth: true, of: index)
  }

  private mutating func claimOnline(
    _ who: Who, _ index: Int32, _ birth: Birth, _ hash: UInt64, isWillRetained: Bool
  ) {
    guard clients[Int(index)].connection != connection else { return }
    if clients[Int(index)].birthHash == Self.half(hash) {
      // The birth that is known already, of one who has been seen to go since: it stays gone.
      if phase == .settling, clients[Int(index)].state == .dying {
        clients[Int(index)].flags.insert(.claimed)
      }
      let isAfterDeath =
        clients[Int(index)].state == .away && clients[Int(index)].flags.contains(.saidDeath)
      guard isWillRetained, isAfterDeath else { return }
    }
    if isStale(birth.epoch, for: index) { return }
    guard makePlace(for: who, birth.rooms, spends: false) else { return }
    if clients[Int(index)].state == .away {
      comeBack(index)
      clients[Int(index)].connection = Client.unheard
      // Its gateway may still be away.
      if !agrees(index) { unchecked.append(index) }
    }
    if clients[Int(index)].state == .dying { stopDying(index) }
    if let epoch = birth.epoch { setEpoch(epoch, of: index) }
    apply(birth, to: index)
    setStatusHash(hash, birth: true, of: index)
    save(client: index)
  }

  private mutating func claimOffline(_ index: Int32, _ death: Death, _ hash: UInt64) {
    if isStale(death.epoch, for: index) { return }
    guard clients[Int(index)].connection != connection else {
      doubt(index)
      return
    }
    guard clients[Int(index)].deathHash != Self.half(hash) else {
      if clients[Int(index)].state == .online { doubt(index) }
      return
    }
    setStatusHash(hash, birth: false, of: index)
    clients[Int(index)].flags.remove(.gated)
    if clients[Int(index)].state == .online { beginDying(index) }
  }

  /// A death that we were not sent says nothing against a client heard since we connected, nor does one that may be that of
  /// long ago. But where the will alone decides, nothing else would ever end a ghost: it has to be heard once more.
  private mutating func doubt(_ index: Int32) {
    guard clients[Int(index)].isPresent, clients[Int(index)].reliesOnWill else { return }
    clients[Int(index)].flags.insert(.unconfirmed)
    clients[Int(index)].lastHeard = now.instant
    schedule(index)
    save(client: index)
  }
}
