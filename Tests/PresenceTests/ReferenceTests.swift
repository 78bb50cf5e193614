import Testing

/// The engine against the reference, over thousands of random histories. A failure names its seed.
@Suite struct ReferenceTests {
  @Test(arguments: 0..<16 as Range<UInt64>)
  func `the engine agrees with the reference`(batch: UInt64) throws {
    for seed in batch * 80..<(batch + 1) * 80 {
      var history = ReferenceHistory(seed: seed)
      try history.run(steps: 45)
    }
  }

  @Test func `seed 6, an entry of the wheel was held up behind one that was put back`() throws {
    var history = ReferenceHistory(seed: 6)
    try history.run(steps: 45)
  }

  @Test func `seed 2, the row of a room that filled still said when it had emptied`() throws {
    var history = ReferenceHistory(seed: 2)
    try history.run(steps: 45)
  }

  @Test func `seed 132, somebody who had just been forgotten was called stale`() throws {
    var history = ReferenceHistory(seed: 132)
    try history.run(steps: 45)
  }
}
