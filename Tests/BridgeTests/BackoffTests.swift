import Testing

@testable import Bridge

@Suite struct BackoffTests {
  @Test func `waits double from the minimum to the maximum, and stay there`() {
    var backoff = Backoff(minimum: .milliseconds(250), maximum: .seconds(2))
    let waits = (0..<6).map { _ in backoff.fail(jitter: 1) }
    #expect(
      waits == [
        .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(2), .seconds(2),
      ])
  }

  @Test(arguments: [(0.0, 125), (0.5, 187.5), (1.0, 250)])
  func `a wait lies in the upper half`(jitter: Double, milliseconds: Double) {
    var backoff = Backoff(minimum: .milliseconds(250), maximum: .seconds(2))
    #expect(backoff.fail(jitter: jitter) == .milliseconds(milliseconds))
  }

  @Test func `after a success the next failure is a first one`() {
    var backoff = Backoff(minimum: .milliseconds(250), maximum: .seconds(2))
    for _ in 0..<4 { _ = backoff.fail(jitter: 1) }
    backoff.succeed()
    #expect(backoff.fail(jitter: 1) == .milliseconds(250))
  }
}
