import MQTT
import TestSupport
import Testing

@testable import rollcall

@MainActor
@Suite struct BrokerAccessTests {
  private func access(_ arguments: String...) throws(ProgramError) -> BrokerAccess {
    try BrokerAccess(ParsedArguments(arguments, flags: BrokerAccess.flags))
  }

  @Test func withoutOptionsItIsTheBrokerOnThisMachine() throws {
    let access = try access()
    #expect(access.options.endpoint == Endpoint(host: "127.0.0.1", port: 1883))
    #expect(access.root == "presence")
    #expect(access.mayFallBack)
  }

  @Test func theOptionsAreThoseOfMosquittoSub() throws {
    let access = try access(
      "-h", "broker", "-p", "2000", "-u", "ann", "-P", "secret", "-i", "me", "-V", "mqttv311")
    #expect(access.options.endpoint == Endpoint(host: "broker", port: 2000))
    #expect(access.options.username == "ann")
    #expect(access.options.password == "secret")
    #expect(access.options.clientID == "me")
    #expect(access.options.protocolVersion == .v311)
    #expect(!access.mayFallBack)
  }

  @Test func certificatesMeanTLSAndItsPort() throws {
    let access = try access("--cafile", "ca.pem", "--cert", "c.pem", "--key", "k.pem")
    let tls = TLS(cafile: "ca.pem", certfile: "c.pem", keyfile: "k.pem")
    #expect(access.options.endpoint == Endpoint(host: "127.0.0.1", port: 8883, tls: tls))
  }

  @Test func aConfigurationGivesAllButItsClientID() throws {
    let directory = try TemporaryDirectory()
    try directory.write("secret\n", to: "password")
    let file = try directory.write(
      """
      broker mqtt://broker:2000
      client_id the-bridge
      username ann
      password_file \(directory.file("password"))
      root site/presence
      protocol 3.1.1
      """, to: "rollcall.conf")
    let access = try access("--config", file)
    #expect(access.options.endpoint == Endpoint(host: "broker", port: 2000))
    #expect(access.options.clientID != "the-bridge")
    #expect(access.options.password == "secret")
    #expect(access.root == "site/presence")
    #expect(access.options.protocolVersion == .v311)
    #expect(try self.access("--config", file, "-p", "3000").options.endpoint.port == 3000)
  }

  @Test func twoCommandsDoNotTakeOverEachOthersSession() throws {
    #expect(try access().options.clientID != access().options.clientID)
  }

  @Test(arguments: [
    ["-p", "0"], ["-p", "x"], ["-V", "mqttv31"], ["-P", "secret"], ["--cert", "c.pem"],
    ["--root", "a/#"], ["--root", ""],
  ])
  func whatCannotBeIsRefused(arguments: [String]) {
    #expect(throws: ProgramError.self) {
      try BrokerAccess(ParsedArguments(arguments, flags: BrokerAccess.flags))
    }
  }
}
