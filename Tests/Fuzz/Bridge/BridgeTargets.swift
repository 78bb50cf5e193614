/// Topics and payloads, live and replayed, of every kind that the bridge reads.
enum MessagesTarget: Target {
  static let name = "messages"

  static func run(_ input: [UInt8]) throws {
    let stage = try FuzzStage()
    try stage.connect()
    try stage.play(Script(input))
  }
}

/// What is retained when the bridge connects: of clients, and of its own topics by whoever could write there.
enum ReconnectTarget: Target {
  static let name = "reconnect"

  static func run(_ input: [UInt8]) throws {
    try FuzzStage().play(Script(input))
  }
}

/// Questions, in a bridge that has something to tell.
enum QuestionsTarget: Target {
  static let name = "questions"
  private static let residents = Script(
    """
    live1 presence/clients/ann/rooms/lab join
    live1 presence/users/ann/clients/phone/status {"state":"online","rooms":["lab","a/b"],"data":{"k":[1]}}
    live1 tele/plug-7/LWT Online
    live1 homie/lamp/$state sleeping
    pass 2000
    """)

  static func run(_ input: [UInt8]) throws {
    let stage = try FuzzStage()
    try stage.connect()
    try stage.play(Script(steps: residents.steps + Script(input).steps))
  }
}
