import Presence

/// When a client was last heard, and whether it may be dead: what makes its removal right, and when it is due.
struct Signs {
  enum Death: Equatable {
    case none
    /// Takes effect at `from` at the earliest and, if it certainly counts, at `until`.
    case pending(from: Instant, until: Instant)
    /// Heard of before the fence; `held` since an earlier connection.
    case waiting(isHeld: Bool, isSure: Bool)
  }

  /// The last message that certainly counted, and the last that may have.
  var certain = Instant(nanoseconds: 0)
  var possible = Instant(nanoseconds: 0)
  private(set) var death = Death.none
  /// A death that a sign of life ended since the last commit: a crash may bring it back.
  private var undone = false
  /// The death is in the database.
  private var isCommitted = false
  /// The connection in which it was last heard.
  var connection = 0

  mutating func heard(at now: Instant, isCertain: Bool, connection: Int) {
    possible = now
    guard isCertain else {
      // The sign may have ended the death.
      switch death {
      case .pending(let from, _): death = .pending(from: from, until: .never)
      case .waiting(let isHeld, _): death = .waiting(isHeld: isHeld, isSure: false)
      case .none: break
      }
      return
    }
    certain = now
    self.connection = connection
    if death != .none { undone = true }
    death = .none
  }

  mutating func begin(_ death: Death) {
    self.death = death
    isCommitted = false
  }

  /// - Parameter seal: as it was when the rows of the commit were written.
  mutating func committed(as seal: Signs) {
    if certain == seal.certain { undone = false }
    isCommitted = death != .none && death == seal.death
  }

  mutating func disconnected() {
    switch death {
    case .none: break
    case .pending(_, let until): death = .waiting(isHeld: true, isSure: until != .never)
    case .waiting(_, let isSure): death = .waiting(isHeld: true, isSure: isSure)
    }
  }

  mutating func died(isDurable: Bool) {
    disconnected()
    if undone || !isDurable { death = .waiting(isHeld: true, isSure: false) }
    if case .waiting(let isHeld, true) = death {
      death = .waiting(isHeld: isHeld, isSure: isCommitted)
    }
    undone = false
    connection = 0
  }

  mutating func settled(
    at now: Instant, offlineGrace: Duration, restartGrace: Duration, restarted: Bool
  ) {
    guard case .waiting(let isHeld, let isSure) = death else { return }
    let least = isHeld || restarted ? restartGrace : min(offlineGrace, restartGrace)
    let most = max(offlineGrace, restartGrace)
    death = .pending(from: now + least, until: isSure ? now + most : .never)
  }
}
