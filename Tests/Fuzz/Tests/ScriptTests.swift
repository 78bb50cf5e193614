import Testing

@Suite struct ScriptTests {
  @Test func `any bytes survive being written and read`() {
    let all = Array(UInt8.min...UInt8.max)
    let script = Script(steps: [.init(word: "live1", fields: [all, [], Array("a b\\n".utf8)])])
    #expect(Script(script.text) == script)
    #expect(script.text.allSatisfy { $0 == 0x0a || (0x20..<0x7f).contains($0) })
  }

  @Test func `a plain text is given back as it came`() {
    let text = Array("source tasmota\nroom  a\\x20b\n".utf8)
    #expect(Script(text, isPlain: true).text == text)
  }

  @Test func `a number is kept within its bounds`() {
    let step = Script("pass 70 -1 x").steps[0]
    #expect([step.number(0, in: 1...50), step.number(1, in: 1...50)] == [50, 1])
    #expect([step.number(2, in: 1...50), step.number(9, in: 1...50)] == [1, 1])
  }

  @Test func `the same seed changes a script in the same way`() {
    let script = Script("live1 a b\npass 1\nlive0 c d\n")
    var (first, second) = (mutator(7), mutator(7))
    #expect(first.mutate(script) == second.mutate(script))
    #expect(
      (0..<50 as Range<UInt32>).contains { seed in
        var mutator = mutator(seed)
        return mutator.mutate(script) != script
      })
  }

  private func mutator(_ seed: UInt32) -> ScriptMutator {
    ScriptMutator(phrases: Script("cut\n").steps, seed: seed) { bytes, _ in bytes + [0x21] }
  }
}
