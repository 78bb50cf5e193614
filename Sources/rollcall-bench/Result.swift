import Bridge
import Glibc

/// Unsafe only in name: the benchmarks print from their main thread alone.
nonisolated(unsafe) let standardOutput = StandardOutput(descriptor: STDOUT_FILENO)

/// One line of JSON on standard output; progress goes to standard error.
struct Result {
  private var members: [String] = []

  init(_ name: String, clients: Int) {
    members = ["\"name\":\"\(name)\"", "\"clients\":\(clients)"]
  }

  func with(_ key: String, _ value: Int) -> Result { adding("\"\(key)\":\(value)") }

  /// Three significant figures are all that a benchmark can tell.
  func with(_ key: String, _ value: Double) -> Result {
    adding("\"\(key)\":\(Result.rounded(value))")
  }

  func with(_ key: String, _ value: String) -> Result { adding("\"\(key)\":\"\(value)\"") }

  /// `ops_per_s` and `ns_per_op` of so many operations in so many nanoseconds.
  func with(operations: Int, nanoseconds: Int64) -> Result {
    let each = Double(nanoseconds) / Double(max(1, operations))
    return with("ops_per_s", 1e9 / max(each, 1e-3)).with("ns_per_op", each)
  }

  func print() {
    // Nobody needs the results that follow.
    if !standardOutput.write("{\(members.joined(separator: ","))}\n") { Interruption.request() }
  }

  private func adding(_ member: String) -> Result {
    var copy = self
    copy.members.append(member)
    return copy
  }

  private static func rounded(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "0" }
    let digits = Int(log10(abs(value)).rounded(.down))
    let unit = pow(10, Double(digits - 2))
    let rounded = (value / unit).rounded() * unit
    return rounded >= 1000 ? String(Int64(rounded)) : String(format(rounded, max(0, 2 - digits)))
  }

  private static func format(_ value: Double, _ decimals: Int) -> String {
    let scale = pow(10, Double(decimals))
    let scaled = Int64((value * scale).rounded())
    guard decimals > 0 else { return String(scaled) }
    let fraction = String(scaled % Int64(scale))
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(scaled / Int64(scale)).\(zeros)\(fraction)"
  }
}

func progress(_ text: String) {
  let line = text + "\n"
  _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
}

func nanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Of the process, in bytes (proc(5), `statm`).
func residentMemory() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 128)
  guard fgets(&line, 128, file) != nil else { return 0 }
  let fields = line.split(separator: 0x20).map { $0.map { UInt8(bitPattern: $0) } }
  let pages = fields.count > 1 ? Int(String(decoding: fields[1], as: UTF8.self)) ?? 0 : 0
  return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
