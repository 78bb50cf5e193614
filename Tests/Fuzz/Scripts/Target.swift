/// One way into the program for bytes that anybody may have written.
///
/// `Tests/fuzz` lets libFuzzer find inputs for it, and the ordinary tests replay those of its corpus.
protocol Target: SendableMetatype {
  /// As `Tests/fuzz` takes it, and the name of the folder of its corpus.
  static var name: String { get }
  /// Whether inputs are read as a ``Script``; else they are a plain text of lines.
  static var isScript: Bool { get }
  /// Lets an input in.
  ///
  /// - Throws: ``Fault``, where something is not as it has to be; whatever traps is found without.
  static func run(_ input: [UInt8]) throws
}

extension Target {
  static var isScript: Bool { true }
}

/// All of them, in the order in which they run.
enum Targets {
  static let all: [any Target.Type] = [
    MessagesTarget.self, ReconnectTarget.self, QuestionsTarget.self, ConfigurationTarget.self,
    BridgePacketsTarget.self, CommandPacketsTarget.self, CommandDecodingTarget.self,
  ]
}

/// What a check found, in words.
struct Fault: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// Demands that something is so.
func demand(_ condition: Bool, _ words: @autoclosure () -> String) throws {
  if !condition { throw Fault(words()) }
}

/// Bytes as a message shows them.
func shown(_ bytes: some Sequence<UInt8>) -> String {
  String(
    decoding: Script(steps: [.init(word: "", fields: [Array(bytes)])]).text.dropLast(),
    as: UTF8.self)
}
