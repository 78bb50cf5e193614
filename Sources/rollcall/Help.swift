/// The texts of `--help`, put together from the commands' own words.
@MainActor
enum Help {
  static var program: String {
    var lines = [
      "rollcall: who is in which room, from what MQTT clients say and from their silence",
      "",
      "Usage: rollcall COMMAND [OPTION]…",
      "",
    ]
    lines += columns(Program.commands.map { ("  " + synopsis($0), $0.summary) })
    lines += [
      "",
      "  rollcall COMMAND --help says more of each, rollcall --version which version this is.",
      "  Exit status: 0 done, 1 failed, 2 the command line was not understood, 75 'run' could not",
      "  start for now: the database is locked, or its disk is full.",
    ]
    return lines.joined(separator: "\n")
  }

  static func text(of command: any Command.Type) -> String {
    let options = (command.flags + [.help]).map { ("  " + $0.synopsis, $0.help) }
    return
      (["Usage: rollcall \(synopsis(command)) [OPTION]…", "", command.details, ""]
      + columns(options) + words(on: command.flags)).joined(separator: "\n")
  }

  /// What is the same for all options of a kind.
  private static func words(on flags: [Flag]) -> [String] {
    guard flags.contains(where: { $0.value == "DURATION" }) else { return [] }
    return ["", "A DURATION has a unit, ms, s, m, h or d: 250ms, 10s, 5m, 24h, 7d."]
  }

  private static func synopsis(_ command: any Command.Type) -> String {
    command.name + (command.operands.isEmpty ? "" : " " + command.operands)
  }

  private static func columns(_ rows: [(String, String)]) -> [String] {
    let width = rows.reduce(0) { max($0, $1.0.columns) }
    return rows.map { $0.0.padded(to: width) + "  " + $0.1 }
  }
}
