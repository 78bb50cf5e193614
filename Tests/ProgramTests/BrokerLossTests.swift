import Foundation
import MQTT
import TestSupport
import Testing

/// Behaviour 10 under kill -9 of the broker, with words that are said once.
///
/// What Mosquitto has acknowledged to a device and not yet sent to the bridge is lost with it: it writes its
/// database only now and then, and here only where a test asks for it. No bridge can mend that, but that is all
/// that may be missing. A connection delivers in order, so what is lost at one kill are words that follow on each
/// other: those that the broker took in since the last one it sent to the bridge, up to the last one that it
/// acknowledged or, where it forgets the bridge's session, up to the bridge's next subscription. How many they
/// are, the bridge's own count of what it received tells: each word beyond them is in the outcome exactly once.
/// `ROLLCALL_KILLS=150 swift test --filter BrokerLossTests` kills it more often than a usual run does.
@Suite(.serialized)
struct BrokerLossTests {
  private static let kills =
    ProcessInfo.processInfo.environment["ROLLCALL_KILLS"].flatMap { Int($0) } ?? 5

  @Test(
    "What is lost with a killed broker is one run of words that it had yet to deliver, and nothing else",
    arguments: [ProtocolVersion.v5, .v311], [true, false])
  func kills(version: ProtocolVersion, persistence: Bool) throws {
    let story = try LossStory(version, persistence: persistence)
    for round in 0..<Self.kills { try story.kill(round) }
    try story.end()
    print("\(version), persistence \(persistence): \(Self.kills) kills, \(story.summary)")
  }
}
