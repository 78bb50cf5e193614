/// One thing that is wrong with a configuration, where, and what would be right.
public struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// The configuration file, as it was named.
  public let file: String
  /// From 1; 0 when the problem is the file as a whole.
  public let line: Int
  public let message: String

  public init(file: String, line: Int, message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  /// `FILE:LINE: message`, as compilers write it.
  public var description: String {
    line == 0 ? "\(file): \(message)" : "\(file):\(line): \(message)"
  }
}

/// Everything that is wrong with a configuration, in the order of its lines; never empty.
public struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
  public let problems: [ConfigurationProblem]

  init(_ problems: [ConfigurationProblem]) {
    self.problems = problems.sorted { $0.line < $1.line }
  }

  /// A line for each problem.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Which file a configuration came from, and the line of each key that it gives.
public struct ConfigurationOrigin: Sendable, Equatable {
  /// Empty when the configuration came from no file.
  public internal(set) var file = ""
  var lines: [String: Int] = [:]

  func isWritten(_ key: String) -> Bool { lines[key] != nil }

  func problem(_ key: String, _ message: String) -> ConfigurationProblem {
    ConfigurationProblem(file: file, line: lines[key] ?? 0, message: message)
  }
}
