import CFuzzer

/// libFuzzer calls these by their names, where they are there.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32
) -> Int {
  // A plain text may be broken anywhere.
  guard Chosen.target.isScript || seed & 1 == 0 else { return LLVMFuzzerMutate(data, count, limit) }
  var mutator = ScriptMutator(phrases: Chosen.phrases, seed: seed, change: changeBytes)
  let script = mutator.mutate(Chosen.script(UnsafeBufferPointer(start: data, count: count)))
  return write(script.text, to: data, limit)
}

@_cdecl("LLVMFuzzerCustomCrossOver")
public func cross(
  _ first: UnsafePointer<UInt8>, _ firstCount: Int, _ second: UnsafePointer<UInt8>,
  _ secondCount: Int, _ data: UnsafeMutablePointer<UInt8>, _ limit: Int, _ seed: UInt32
) -> Int {
  var mutator = ScriptMutator(phrases: [], seed: seed, change: changeBytes)
  let script = mutator.cross(
    Chosen.script(UnsafeBufferPointer(start: first, count: firstCount)),
    Chosen.script(UnsafeBufferPointer(start: second, count: secondCount)))
  return write(script.text, to: data, limit)
}

private func changeBytes(_ bytes: [UInt8], _ limit: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: max(limit, bytes.count) + 1) { buffer, count in
    guard let base = buffer.baseAddress else { return }
    _ = buffer.initialize(from: bytes)
    count = LLVMFuzzerMutate(base, bytes.count, buffer.count)
  }
}

private func write(_ text: [UInt8], to data: UnsafeMutablePointer<UInt8>, _ limit: Int) -> Int {
  let count = min(text.count, limit)
  data.update(from: text, count: count)
  return count
}
