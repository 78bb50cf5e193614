import MQTT

@testable import rollcall

/// What a broker may send to the commands that read from it: through a socket, libmosquitto and a session, into what
/// `rooms`, `members` and `watch` make of it.
enum CommandPacketsTarget: Target {
  static let name = "command-packets"
  private static let mostTurns = 2_000

  static func run(_ input: [UInt8]) throws {
    let script = Script(input)
    let server = ScriptedServer.shared
    let isV5 = script.steps.first?.word != "old"
    server.begin(isV5: isV5)
    defer { server.end() }
    var options = ConnectionOptions(
      endpoint: Endpoint(host: "127.0.0.1", port: server.port), clientID: "fuzz")
    options.protocolVersion = isV5 ? .v5 : .v311
    let access = BrokerAccess(options: options, root: "presence")
    let session = try BrokerSession(
      access, filters: ["presence/count/#", "presence/occupancy/#", "presence/events/#"])
    var shown = CommandViews()
    for step in script.steps {
      try settle(session, server, &shown)
      server.play(step)
    }
    try settle(session, server, &shown)
    try shown.end()
    session.disconnect()
  }

  private static func settle(
    _ session: BrokerSession, _ server: ScriptedServer, _ shown: inout CommandViews
  ) throws {
    for _ in 0..<mostTurns {
      let hadInput = session.connection.hasInput
      session.serve(readable: hadInput || session.connection.wantsWrite)
      for message in session.take() { try shown.take(message) }
      let isBusy = server.serve()
      if !isBusy, !hadInput, !session.connection.wantsWrite { return }
      if session.isOver { return }
    }
    throw Fault("the command turns without an end")
  }
}
