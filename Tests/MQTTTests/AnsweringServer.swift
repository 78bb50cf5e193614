import Glibc
import TestSupport

/// A TLS server, of the openssl program, that says the same bytes to the first who connects, whatever it hears.
final class AnsweringServer {
  let port: Int
  let certificates: TestCertificates
  private let directory: TemporaryDirectory
  private let server: ChildProcess
  /// While it is open the server goes on.
  private let input: Int32

  init(_ answer: [UInt8]) throws {
    directory = try TemporaryDirectory()
    certificates = try TestCertificates(in: directory)
    port = try TestPort.free()
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw TestFailure("no pipe") }
    input = ends[1]
    let (certificate, key) = certificates.server
    server = try ChildProcess(
      "openssl",
      ["s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key],
      descriptors: [0: ends[0]])
    close(ends[0])
    _ = Glibc.write(input, answer, answer.count)
  }

  deinit { close(input) }
}
