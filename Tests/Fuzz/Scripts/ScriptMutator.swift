import Fleet

/// Changes an input so that it stays of the form that its target reads.
///
/// libFuzzer knows bytes alone: left to itself it mostly breaks lines and topics. So a script is changed step by step,
/// and libFuzzer changes the bytes of one field, with all that it has learnt from comparisons.
struct ScriptMutator {
  /// libFuzzer's own change of some bytes, up to a length.
  typealias ByteChange = ([UInt8], Int) -> [UInt8]

  /// Steps that have a meaning.
  private let phrases: [Script.Step]
  private let change: ByteChange
  private var random: SplitMix64
  private static let maxSteps = 48
  private static let maxField = 2_048
  private static let interestingNumbers = [
    "0", "1", "-1", "999", "1000", "1001", "60000", "9007199254740991", "9007199254740992",
    "9223372036854775807", "-9223372036854775808", "1e300", "0.1", "null", "{}", "[]", "\"\"",
  ].map { Array($0.utf8) }

  init(phrases: [Script.Step], seed: UInt32, change: @escaping ByteChange) {
    self.phrases = phrases
    self.change = change
    random = SplitMix64(seed: UInt64(seed))
  }

  mutating func mutate(_ script: Script) -> Script {
    var changed = script
    for _ in 0..<random.below(3) + 1 { mutate(&changed.steps) }
    changed.steps = Array(changed.steps.prefix(Self.maxSteps))
    return changed
  }

  /// The beginning of one, the end of the other.
  mutating func cross(_ first: Script, _ second: Script) -> Script {
    let head = first.steps.prefix(random.below(first.steps.count + 1))
    let tail = second.steps.dropFirst(random.below(second.steps.count + 1))
    var crossed = first
    crossed.steps = Array((head + tail).prefix(Self.maxSteps))
    return crossed
  }

  private mutating func mutate(_ steps: inout [Script.Step]) {
    guard !steps.isEmpty else { return insert(into: &steps) }
    let place = random.below(steps.count)
    switch random.below(12) {
    case 0, 1: insert(into: &steps)
    case 2: steps.remove(at: place)
    case 3: steps.insert(steps[place], at: random.below(steps.count + 1))
    case 4: steps.swapAt(place, random.below(steps.count))
    case 5: borrowField(in: &steps, place)
    case 6: replaceNumber(in: &steps[place])
    default: changeField(of: &steps[place])
    }
  }

  private mutating func insert(into steps: inout [Script.Step]) {
    guard let phrase = random.pick(phrases) else { return }
    steps.insert(phrase, at: random.below(steps.count + 1))
  }

  /// Takes a field of another step, or of a phrase: a topic of one system with the payload of another.
  private mutating func borrowField(in steps: inout [Script.Step], _ place: Int) {
    let donors = random.below(2) == 0 ? steps : phrases
    guard let donor = random.pick(donors), !steps[place].fields.isEmpty else { return }
    let field = random.below(steps[place].fields.count)
    guard donor.fields.indices.contains(field) else { return }
    steps[place].fields[field] = donor.fields[field]
  }

  private mutating func changeField(of step: inout Script.Step) {
    guard !step.fields.isEmpty else { return }
    let field = random.below(step.fields.count)
    step.fields[field] = change(step.fields[field], Self.maxField)
  }

  /// Puts a number that is at the end of some range where there was one.
  private mutating func replaceNumber(in step: inout Script.Step) {
    guard let field = step.fields.indices.last else { return }
    let bytes = step.fields[field]
    let starts = bytes.indices.filter { place in
      Self.isDigit(bytes[place]) && (place == 0 || !Self.isDigit(bytes[place - 1]))
    }
    guard let start = random.pick(starts) else { return }
    let end = bytes[start...].firstIndex { !Self.isDigit($0) } ?? bytes.count
    let number = random.pick(Self.interestingNumbers) ?? []
    step.fields[field].replaceSubrange(start..<end, with: number)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension SplitMix64 {
  fileprivate mutating func below(_ limit: Int) -> Int {
    Int(next() % UInt64(max(1, limit)))
  }

  fileprivate mutating func pick<Element>(_ all: [Element]) -> Element? {
    all.isEmpty ? nil : all[below(all.count)]
  }
}
