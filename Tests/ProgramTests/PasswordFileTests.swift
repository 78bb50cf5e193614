import Foundation
import Glibc
import TestSupport
import Testing

/// The password is read again at each attempt to connect.
@Suite(.serialized)
struct PasswordFileTests {
  @Test("A password file that is mended, taken away and put back while the bridge runs")
  func mended() throws {
    let broker = try TestBroker { $0.users = ["bridge": "right"] }
    let directory = try TemporaryDirectory()
    let file = try directory.write("wrong\n", to: "password")
    let bridge = try BridgeProcess(
      port: broker.port,
      ["username": "bridge", "password_file": file, "reconnect_max": "100ms"])
    #expect(waitUntil { bridge.log.contains("refuses the connection") })
    try directory.write("right\n", to: "password")
    #expect(waitUntil { bridge.isLive })

    unlink(file)
    try broker.kill()
    try broker.start()
    #expect(
      waitUntil {
        bridge.log.contains("password_file '\(file)' cannot be read: No such file or directory")
      })
    try directory.write("right\n", to: "password")
    #expect(waitUntil { bridge.log.components(separatedBy: "live on").count == 3 })
    #expect(try bridge.stop() == .code(0))
  }
}
