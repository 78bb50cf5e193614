import Presence

/// What is certain, and what is not.
enum Belief {
  case no
  case yes
  case maybe

  func merged(_ other: Belief) -> Belief { self == other ? self : .maybe }
}

/// What the contract makes of a client, given the messages that the bridge was handed: where it is or would be
/// if it were alive, whatever the time. Deaths and silence do not change that: a sign of life brings it back.
struct ClientView: Equatable {
  var rooms: [Belief]
  var isKnown = Belief.no
  /// This database has never heard of it.
  var isNew = true
  /// The epoch is between these; -1: none.
  var epochLow: Int64 = -1
  var epochHigh: Int64 = -1
  /// The last death and the last birth that were taken; `nil`: uncertain.
  var death: [UInt8]? = []
  var birth: [UInt8]? = []

  init(rooms: Int) { self.rooms = Array(repeating: .no, count: rooms) }

  /// A live message.
  mutating func take(_ word: Word, _ payload: [UInt8]) {
    switch word.kind {
    case .birth(let named):
      know()
      if word.epoch >= 0 { (epochLow, epochHigh) = (word.epoch, word.epoch) }
      if let named { name(named) }
      birth = payload
    case .death:
      if isStale(word) || isKnown == .no { return }
      death = mayBeStale(word) || isKnown == .maybe ? nil : payload
    case .forget:
      self = ClientView(rooms: rooms.count)
      isNew = false
    case .join(let room):
      know()
      rooms[room] = .yes
    case .leave(let room): rooms[room] = .no
    case .beat: break
    }
  }

  private mutating func know() {
    if isKnown != .yes, !isNew, isKnown == .no {
      (epochLow, epochHigh, death, birth) = (-1, -1, [], [])
    }
    isKnown = .yes
    isNew = false
  }

  private mutating func name(_ named: [Int]) {
    for room in rooms.indices { rooms[room] = named.contains(room) ? .yes : .no }
  }

  /// Whether it is certainly the last one of its kind that was taken.
  func isKnownWord(_ word: Word, _ payload: [UInt8]) -> Bool {
    if case .birth = word.kind { birth == payload } else { death == payload }
  }

  /// It may have come back by a word without a number.
  mutating func mayForgetEpoch() { epochLow = -1 }

  func isStale(_ word: Word) -> Bool { word.epoch >= 0 && word.epoch < epochLow }
  func mayBeStale(_ word: Word) -> Bool { word.epoch >= 0 && word.epoch < epochHigh }

  /// A replayed status: a claim, which certainly counts where nothing at all was known, and certainly does not
  /// where it was taken before, or the client was heard in this connection.
  mutating func claim(_ word: Word, _ payload: [UInt8], wasHeard: Bool) {
    if isKnown == .yes, isKnownWord(word, payload) || wasHeard { return }
    if isStale(word) { return }
    guard case .birth(let named) = word.kind else {
      if isKnown != .no { death = nil }
      return
    }
    if isNew, isKnown == .no {
      isKnown = .yes
      isNew = false
      (epochLow, epochHigh) = (word.epoch, word.epoch)
      name(named ?? [])
      (death, birth) = ([], payload)
      return
    }
    isKnown = isKnown.merged(.yes)
    isNew = false
    epochHigh = max(epochHigh, word.epoch)
    birth = nil
    guard let named else { return }
    for room in rooms.indices {
      rooms[room] = rooms[room].merged(named.contains(room) ? .yes : .no)
    }
  }

  /// Nothing is certain any more.
  mutating func doubtEverything() {
    rooms = rooms.map { _ in .maybe }
    isKnown = .maybe
    isNew = false
    epochLow = -1
    epochHigh = .max
    (death, birth) = (nil, nil)
  }
}
