@preconcurrency import Glibc

/// The target that the environment names, with the steps of its corpus.
enum Chosen {
  static let target: any Target.Type = {
    let name = getenv("ROLLCALL_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = Targets.all.first(where: { $0.name == name }) else {
      fputs("ROLLCALL_FUZZ_TARGET: one of \(Targets.all.map { $0.name })\n", stderr)
      exit(2)
    }
    return target
  }()

  /// What inputs are made of.
  static let phrases: [Script.Step] =
    ((try? Corpus.inputs(of: target)) ?? []).flatMap { script($0.bytes).steps }

  static func script(_ bytes: some Sequence<UInt8>) -> Script {
    Script(bytes, isPlain: !target.isScript)
  }
}
