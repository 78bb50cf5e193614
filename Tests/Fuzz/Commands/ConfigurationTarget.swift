import Bridge

@testable import rollcall

/// Configuration files: every problem has its line and no more than prints, and what is taken can be run.
enum ConfigurationTarget: Target {
  static let name = "configuration"
  static let isScript = false
  private static let lineEnd = UInt8(ascii: "\n")
  private static let explained = [
    ("presence/clients/ann/status", #"{"state":"online","rooms":["lab"]}"#),
    ("tele/plug-7/LWT", "Online"), ("doors/hall/front/state", "open"), ("a/status", "online"),
  ]

  static func run(_ input: [UInt8]) throws {
    let configuration: Configuration
    do throws(ConfigurationProblems) {
      configuration = try Configuration.parse(input, file: "fuzz.conf")
    } catch {
      return try look(at: error.problems, lines: input.count { $0 == lineEnd } + 1)
    }
    try look(at: configuration)
  }

  private static func look(at problems: [ConfigurationProblem], lines: Int) throws {
    try demand(!problems.isEmpty, "an error without a problem")
    for problem in problems {
      try demand((0...lines).contains(problem.line), "line \(problem.line) of \(lines)")
      try demand(!problem.message.isEmpty, "no words")
    }
  }

  private static func look(at configuration: Configuration) throws {
    _ = configuration.sourceFilters
    var configuration = configuration
    // Whatever else they name is read, and some files have no end.
    (configuration.cafile, configuration.certfile, configuration.keyfile) = (nil, nil, nil)
    configuration.passwordFile = nil
    let problems = configuration.validateFiles()
    if !problems.isEmpty { try look(at: problems, lines: .max) }
    for (topic, payload) in explained {
      let lines = Explanation(topic: topic, payload: payload, configuration).lines
      try demand(!lines.isEmpty, "nothing is said of \(topic)")
    }
  }
}
