import Bridge
import Glibc
import MQTT

/// `rollcall COMMAND …`: finds the command, runs it, and turns what came of it into an exit status.
@MainActor
enum Program {
  static let version = Rollcall.version

  static let commands: [any Command.Type] = [
    RunCommand.self, CheckCommand.self, RoomsCommand.self, MembersCommand.self,
    HistoryCommand.self, WatchCommand.self, SimulateCommand.self,
  ]

  /// - Parameter arguments: without the program's name.
  /// - Returns: 0 done, 1 failed, 2 not understood, 75 failed for now.
  static func run(_ arguments: [String]) -> Int32 {
    holdStandardDescriptors()
    // A reader that goes away, or a file that may not grow, must not kill a bridge or leave a terminal undone.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    let status = obey(arguments)
    guard case .failed(let reason) = standardOutput.finish() else { return status }
    complain("standard output: \(reason)")
    return status == 0 ? 1 : status
  }

  private static func obey(_ arguments: [String]) -> Int32 {
    guard let first = arguments.first else {
      return misunderstood(.usage("a command is missing"), command: nil)
    }
    switch first {
    case "--help", "-h": return show(Help.program)
    case "--version": return show("rollcall \(version)")
    case "help": return help(arguments.dropFirst().first)
    default: return run(first, Array(arguments.dropFirst()))
    }
  }

  private static func run(_ name: String, _ arguments: [String]) -> Int32 {
    guard let command = find(name) else {
      let what = name.hasPrefix("-") ? "option" : "command"
      return misunderstood(.usage("unknown \(what) '\(name)'"), command: nil)
    }
    do throws(ProgramError) {
      let parsed = try ParsedArguments(arguments, flags: command.flags + [.help])
      if parsed.contains(Flag.help.name) { return show(Help.text(of: command)) }
      try command.init(parsed).run()
      return 0
    } catch {
      return misunderstood(error, command: command)
    }
  }

  private static func misunderstood(
    _ error: ProgramError, command: (any Command.Type)?
  ) -> Int32 {
    switch error {
    case .failed(let message):
      complain(message)
      return 1
    case .failedForNow(let message):
      complain(message)
      return 75
    case .failedQuietly: return 1
    case .usage(let message):
      complain(message)
      complain("see 'rollcall \(command.map { $0.name + " " } ?? "")--help'")
      return 2
    }
  }

  private static func help(_ name: String?) -> Int32 {
    guard let name else { return show(Help.program) }
    guard let command = find(name) else {
      return misunderstood(.usage("unknown command '\(name)'"), command: nil)
    }
    return show(Help.text(of: command))
  }

  private static func find(_ name: String) -> (any Command.Type)? {
    commands.first { $0.name == name }
  }

  private static func show(_ text: String) -> Int32 {
    printLine(text)
    return 0
  }
}
