import Presence

@testable import Dialects

/// One dialect and what is heard of it.
struct Rehearsal<Spoken: Dialect> {
  var dialect: Spoken
  let heard = Heard()

  init(_ dialect: Spoken) { self.dialect = dialect }

  /// What a live message says; `["unread"]` where no topic of the dialect matches.
  mutating func live(
    _ topic: String, _ payload: String, at time: Duration = .zero
  ) -> [String] {
    dialect.read(topic, Array(payload.utf8), at: time, heard) ? heard.take() : ["unread"]
  }

  /// What a retained message says at subscribe.
  mutating func replay(_ topic: String, _ payload: String) -> [String] {
    dialect.read(topic, Array(payload.utf8), isReplay: true, heard) ? heard.take() : ["unread"]
  }

  /// Reads random bytes, `payloads` and mutations of them on every one of `topics`: it may say anything but must not trap.
  /// - Returns: how many were taken for good.
  mutating func fuzz(_ topics: [String], _ payloads: [String], seed: UInt64) -> Int {
    var random = Seeded(seed: seed)
    var taken = 0
    for round in 0..<2000 {
      let payload = payloads.randomElement(using: &random) ?? ""
      let bytes =
        switch round % 10 {
        case 0: Array(payload.utf8)
        case 1...4: Noise.bytes(upTo: 40, &random)
        default: Noise.mutated(payload, &random)
        }
      let topic = topics.randomElement(using: &random) ?? ""
      _ = dialect.read(topic, bytes, isReplay: .random(using: &random), heard)
      let lines = heard.take()
      if lines.contains(where: { $0 != "invalid" && $0 != "stale" }) { taken += 1 }
    }
    return taken
  }
}
