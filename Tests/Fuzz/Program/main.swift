import CFuzzer
@preconcurrency import Glibc

// Runs one target under libFuzzer, whose options are the arguments. `Tests/fuzz` is what people call.

var argumentCount = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv

exit(
  LLVMFuzzerRunDriver(&argumentCount, &arguments) { data, count in
    let input = Array(UnsafeBufferPointer(start: data, count: count))
    do { try Chosen.target.run(input) } catch {
      fputs("FAULT in \(Chosen.target.name): \(error)\n", stderr)
      abort()
    }
    return 0
  })
