/// Certificates made afresh with the openssl program: an authority, a server's for "localhost" and 127.0.0.1, one for
/// another host name, a client's, and an authority that signed none of them.
public struct TestCertificates {
  public let ca: String
  public let otherCA: String
  public let server: (certificate: String, key: String)
  public let elsewhere: (certificate: String, key: String)
  public let client: (certificate: String, key: String)

  public init(in directory: TemporaryDirectory) throws {
    ca = try Self.make("ca", "Test CA", in: directory, []).certificate
    otherCA = try Self.make("other", "Other CA", in: directory, []).certificate
    let signed = ["-CA", ca, "-CAkey", directory.file("ca.key")]
    let local = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    let remote = ["-addext", "subjectAltName=DNS:broker.example"]
    server = try Self.make("server", "localhost", in: directory, signed + local)
    elsewhere = try Self.make("elsewhere", "broker.example", in: directory, signed + remote)
    client = try Self.make("client", "client", in: directory, signed)
  }

  private static func make(
    _ name: String, _ subject: String, in directory: TemporaryDirectory, _ more: [String]
  ) throws -> (certificate: String, key: String) {
    let (certificate, key) = (directory.file("\(name).crt"), directory.file("\(name).key"))
    let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    let files = ["-subj", "/CN=\(subject)", "-days", "2", "-keyout", key, "-out", certificate]
    try ChildProcess.run("openssl", ["req", "-x509"] + newKey + files + more)
    return (certificate, key)
  }
}
