/// Which version of MQTT the next attempt speaks, where the configuration leaves it open: 5, and 3.1.1 only where the
/// broker itself gave reason to. That nobody listened is none: the broker may not have been started yet.
struct Fallback {
  /// How an attempt to connect ended.
  enum Ending: Equatable {
    /// It was accepted, and is over now.
    case accepted
    /// Answered: the broker does not speak this version.
    case versionRefused
    /// Answered with another no, which the other version would get as well.
    case refused
    /// The broker took the connection and hung up without an answer, as some do that know nothing of MQTT 5.
    case hungUp
    /// Nobody was there, or nobody spoke.
    case unanswered
  }

  /// A broker that is going down, or a proxy without one behind it, hangs up too: so many in a row are believed.
  static let hangUpsBelieved = 3

  private var hangUps = 0

  /// The version after an attempt with `version` ended.
  mutating func version(after ending: Ending, of version: LinkVersion) -> LinkVersion {
    hangUps = ending == .hungUp && version == .v5 ? hangUps + 1 : 0
    switch ending {
    case .versionRefused: return version == .v5 ? .v311 : .v5
    case .refused: return version
    case .hungUp where hangUps >= Self.hangUpsBelieved: return .v311
    case .accepted, .hungUp, .unanswered: return .v5
    }
  }
}
