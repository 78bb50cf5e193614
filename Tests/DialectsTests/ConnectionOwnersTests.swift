import Testing

@testable import Dialects

@Suite struct ConnectionOwnersTests {
  private var dialect = MosquittoLogDialect(prefix: nil)
  private let finding = FindingHeard()

  @Test mutating func `an ending after a restart finds whose connection it was`() {
    finding.present = ["x": ["ann"], "y": [nil], "z": ["ann", "bob"]]
    #expect(finding.read("1: Client x disconnected.", by: &dialect) == ["ann/x offline"])
    #expect(finding.read("1: Client y disconnected.", by: &dialect) == ["y offline"])
    #expect(
      finding.read("1: Client z disconnected.", by: &dialect)
        == ["ann/z offline", "bob/z offline"])
  }

  @Test mutating func `a connection after a restart ends another user's under the same id`() {
    finding.present = ["x": ["ann", "bob"]]
    let line = "1: New client connected from 127.0.0.1:5 as x (p2, c1, k0, u'bob')."
    #expect(
      finding.read(line, by: &dialect)
        == ["ann/x offline", "bob/x online timeout=0.0 seconds"])
    finding.present = ["x": ["carl"]]
    #expect(finding.read(line, by: &dialect) == ["bob/x online timeout=0.0 seconds"])
  }

  @Test func `only the user who is connected can be disconnected by name`() {
    var owners = ConnectionOwners()
    let id = Array("x".utf8)
    #expect(owners.connect(id, as: Array("ann".utf8), finding) == [])
    owners.disconnect(id, from: nil)
    #expect(owners.connect(id, as: nil, finding) == [Array("ann".utf8)])
    owners.disconnect(id, from: nil)
    #expect(owners.connect(id, as: Array("ann".utf8), finding) == [])
    #expect(owners.disconnect(id, finding) == [Array("ann".utf8)])
    #expect(owners.disconnect(id, finding) == [nil])
  }
}
