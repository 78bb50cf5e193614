import Foundation
import TestSupport
import Testing

/// What keeps the bridge from starting: it says where and why, and exits with 1.
struct RefusalTests {
  private func run(_ text: String, in directory: TemporaryDirectory) throws -> ChildProcess {
    let path = try directory.write(text, to: "bad.conf")
    let child = try BridgeProcess.start(path, in: directory)
    #expect(child.waitForExit(limit: .seconds(5)) == .code(1))
    return child
  }

  @Test("Every error of a configuration is named at once, with its file and line")
  func configuration() throws {
    let directory = try TemporaryDirectory()
    let child = try run(
      """
      # a comment
      broker mqtt://127.0.0.1:1
      heartbeat_timout 5s
      publish_interval 5
      root presence
      root other
      max_payload 8KB
      """, in: directory)
    let said = child.output + child.errors
    for line in [3, 4, 6, 7] {
      #expect(said.contains("bad.conf:\(line): "), "line \(line) in \(said)")
    }
    #expect(said.contains("heartbeat_timeout"))
    #expect(!said.contains("bad.conf:2:") && !said.contains("bad.conf:5:"))
  }

  @Test("A configuration, a certificate or a password that cannot be read is named")
  func unreadable() throws {
    let directory = try TemporaryDirectory()
    let child = try run("broker mqtts://localhost\ncafile /no/such/file\n", in: directory)
    #expect((child.output + child.errors).contains("bad.conf:2: "))
    #expect((child.output + child.errors).contains("/no/such/file"))
    let missing = try BridgeProcess.start(directory.file("none.conf"), in: directory)
    #expect(missing.waitForExit(limit: .seconds(5)) == .code(1))
    #expect((missing.output + missing.errors).contains("none.conf"))
  }
}
