import Testing

/// Each check sees the lie that it is there for.
@Suite struct CanaryTests {
  @Test(arguments: Canary.allCases)
  func `a check sees its canary`(_ canary: Canary) {
    for seed in 0..<UInt64(30) {
      let outcome = History.play(seed, adversity: canary.adversity, canary: canary)
      if outcome.failed == canary.check { return }
      if let failure = outcome.failure { print("\(canary), seed \(seed): \(failure)") }
    }
    Issue.record("\(canary) was not seen")
  }
}
