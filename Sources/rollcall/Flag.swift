/// One option of a command as it is parsed and as its help shows it.
struct Flag: Equatable, Sendable {
  /// The long name, without the dashes.
  var name: String
  /// The one-letter name.
  var letter: Character?
  /// What the value is called in the help; `nil`: the option takes none.
  var value: String?
  var help: String

  init(_ name: String, _ letter: Character? = nil, value: String? = nil, help: String) {
    self.name = name
    self.letter = letter
    self.value = value
    self.help = help
  }

  static let help = Flag("help", help: "Say how this command is used")

  /// `-h, --host HOST` as the help's left column.
  var synopsis: String {
    let short = letter.map { "-\($0), " } ?? "    "
    return short + "--" + name + (value.map { " " + $0 } ?? "")
  }
}
