/// Why a name or a topic is not allowed (contract, behaviour 13).
public enum TopicProblem: Error, Equatable, Sendable, CaseIterable {
  /// Nothing is wrong with its names: it is not one of the bridge's.
  case unknownTopic
  case emptyLevel
  case levelTooLong
  case roomTooLong
  case rootTooLong
  case tooManyLevels
  case wildcard
  case controlCharacter
  case noncharacter
  case notUTF8
  case reservedLevel
  case dollarFirst
  case slashInLevel

  /// What is wrong, for a log line or a person at a terminal.
  public var words: String {
    switch self {
    case .unknownTopic: "no topic of this bridge"
    case .emptyLevel: "a level is empty"
    case .levelTooLong: "a level is longer than \(Names.maxLevelBytes) bytes"
    case .roomTooLong: "the room is longer than \(Names.maxRoomBytes) bytes"
    case .rootTooLong: "it is longer than \(Names.maxRootBytes) bytes"
    case .tooManyLevels: "it has too many levels"
    case .wildcard: "it contains + or #"
    case .controlCharacter: "it contains a control character"
    case .noncharacter: "it contains a code point that is no character, such as U+FFFF"
    case .notUTF8: "it is not UTF-8"
    case .reservedLevel: "a level of the room is status, heartbeat or rooms"
    case .dollarFirst: "it begins with $"
    case .slashInLevel: "it contains a slash"
    }
  }
}
