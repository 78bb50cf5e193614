/// A command and its options: `--key VALUE`, mosquitto_sub's `-h -p -u -P`, and `--own`, which has no value.
struct Options {
  let command: String
  private var values: [String: String] = [:]

  private static let letters = ["-h": "host", "-p": "port", "-u": "username", "-P": "pw"]
  private static let switches: Set = ["own"]
  /// What is beyond it fits into no memory, and not into the engine's numbers.
  private static let most = 100_000_000

  init(_ arguments: [String]) throws(BenchError) {
    command = arguments.first ?? ""
    var rest = arguments.dropFirst()
    while let word = rest.popFirst() {
      guard let key = Self.letters[word] ?? Self.longKey(word) else {
        throw .usage("'\(word)': options are '--key VALUE'; see --help")
      }
      if Self.switches.contains(key) {
        values[key] = ""
      } else if let value = rest.popFirst() {
        values[key] = value
      } else {
        throw .usage("'\(word)' wants a value; see --help")
      }
    }
  }

  private static func longKey(_ word: String) -> String? {
    word.hasPrefix("--") ? String(word.dropFirst(2)) : nil
  }

  /// Says so when an option is none of the command's.
  func allow(_ keys: Set<String>) throws(BenchError) {
    let unknown = values.keys.filter { !keys.contains($0) }.sorted()
    guard let first = unknown.first else { return }
    throw .usage("\(command) has no option '--\(first)'; see --help")
  }

  subscript(_ key: String) -> String? { values[key] }

  func number(_ key: String, default value: Int) throws(BenchError) -> Int {
    guard let text = values[key] else { return value }
    guard let number = Int(text), (0...Self.most).contains(number) else {
      throw .usage("--\(key) '\(text)': a number up to \(Self.most)")
    }
    return number
  }

  /// At least one.
  func count(_ key: String, default value: Int) throws(BenchError) -> Int {
    let number = try number(key, default: value)
    guard number > 0 else { throw .usage("--\(key) '0': at least 1") }
    return number
  }
}

/// A broker to measure at, and whom to log in as.
struct Target: Sendable {
  var host = "127.0.0.1"
  var port: Int
  var username: String?
  var password: String?

  init(port: Int) { self.port = port }

  init(_ options: Options) throws(BenchError) {
    port = try options.number("port", default: 1883)
    host = options["host"] ?? "127.0.0.1"
    username = options["username"]
    password = options["pw"]
  }
}
