/// One of the program's subcommands: how it is called, and what it does.
///
/// Everything runs on the main thread: there is no other.
@MainActor
protocol Command {
  static var name: String { get }
  /// What stands behind the name in usage lines: `ROOM`.
  static var operands: String { get }
  /// One line in the list of commands.
  static var summary: String { get }
  /// What its own help says beneath the usage line.
  static var details: String { get }
  static var flags: [Flag] { get }

  /// Understands the command line; nothing is done yet.
  init(_ arguments: ParsedArguments) throws(ProgramError)
  func run() throws(ProgramError)
}

extension Command {
  static var operands: String { "" }

  /// For a command that takes no operands.
  static func expectNoOperands(_ arguments: ParsedArguments) throws(ProgramError) {
    guard let first = arguments.operands.first else { return }
    throw .usage("'\(first)' is one word too many")
  }
}
