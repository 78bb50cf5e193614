import Presence

extension Birth {
  /// A client whose connection a broker vouches for: it does not expire while the broker says nothing. After a restart
  /// of the broker it has to connect again within one and a half of its keep-alives, when the broker would have given
  /// it up (MQTT 3.1.1 [3.1.2-24]); one without a keep-alive within the default timeout.
  static func connected(keepAlive: Int64?, epoch: Int64? = nil) -> Birth {
    var birth = Birth(epoch: epoch, timeout: .zero)
    if let keepAlive, (1...65_535).contains(keepAlive) {
      birth.confirmation = .milliseconds(keepAlive * 1500)
    }
    return birth
  }
}
