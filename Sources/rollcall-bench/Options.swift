/// A command and its `--key N` options.
struct Options {
  let command: String
  private var values: [String: String] = [:]

  init(_ arguments: [String]) throws(BenchError) {
    command = arguments.first ?? ""
    var rest = arguments.dropFirst()
    while let key = rest.popFirst() {
      guard key.hasPrefix("--"), let value = rest.popFirst() else {
        throw BenchError("'\(key)': options are '--key VALUE'; see --help")
      }
      values[String(key.dropFirst(2))] = value
    }
  }

  func number(_ key: String, default value: Int) throws(BenchError) -> Int {
    guard let text = values[key] else { return value }
    guard let number = Int(text), number >= 0 else {
      throw BenchError("--\(key) '\(text)': a number")
    }
    return number
  }
}
