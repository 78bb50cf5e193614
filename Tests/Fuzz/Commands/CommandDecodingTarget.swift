@testable import rollcall

/// What the commands decode and draw: any payload on the topics that they read, keys, and windows of any size.
enum CommandDecodingTarget: Target {
  static let name = "command-decoding"

  static func run(_ input: [UInt8]) throws {
    var views = CommandViews()
    for step in Script(input).steps { try play(step, &views) }
    try views.end()
  }

  private static func play(_ step: Script.Step, _ views: inout CommandViews) throws {
    switch step.word {
    case "live", "retained":
      try views.take(
        BrokerSession.Received(
          topic: step[0], payload: step[1], retained: step.word == "retained"))
    case "replay": views.beginReplay()
    case "settled": try views.endReplay()
    case "pass": views.pass(.milliseconds(step.number(0, in: 0...1 << 40)))
    case "keys": views.press(step[0])
    case "window":
      views.resize(columns: step.number(0, in: 1...500), rows: step.number(1, in: 1...200))
    case "draw": try views.draw()
    default: break
    }
  }
}
