import Testing

/// The engine against the reference, over thousands of random histories. A failure names its seed.
@Suite struct ReferenceTests {
  @Test(arguments: 0..<16 as Range<UInt64>)
  func `the engine agrees with the reference`(batch: UInt64) throws {
    for seed in batch * 64..<(batch + 1) * 64 {
      var history = ReferenceHistory(seed: seed)
      try history.run(steps: 150)
    }
  }
}
