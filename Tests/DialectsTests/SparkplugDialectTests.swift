import Testing

@testable import Dialects

@Suite struct SparkplugDialectTests {
  private var dialect = SparkplugDialect(prefix: nil)
  private let heard = Heard()

  /// What is said of a message; a birth is what the bridge knows from then on.
  private mutating func say(_ topic: String, _ payload: [UInt8] = [0xff], isReplay: Bool = false)
    -> [String]
  {
    let isRead = dialect.read("spBv1.0/\(topic)", payload, isReplay: isReplay, heard)
    #expect(isRead, "\(topic)")
    return heard.take()
  }

  private mutating func knowNode(_ epoch: Int64?, isPresent: Bool = true) {
    heard.known["Plant:edge"] = Standing(epoch: epoch, isPresent: isPresent)
  }

  @Test mutating func `a node is born, sends data, and dies by its will`() {
    #expect(
      say("Plant/NBIRTH/edge", SparkplugPayload.birth(3)) == ["Plant:edge online epoch=3 gateway"])
    knowNode(3)
    #expect(say("Plant/NDATA/edge", SparkplugPayload.body) == ["Plant:edge beat"])
    #expect(say("Plant/NDEATH/edge", SparkplugPayload.death(3)) == ["Plant:edge offline gateway"])
  }

  @Test(arguments: [(3, 2), (0, 255), (255, 0), (3, 4)] as [(Int64, UInt64)])
  mutating func `an NDEATH of another session than the NBIRTH's is stale`(born: Int64, died: UInt64)
  {
    knowNode(born)
    #expect(say("Plant/NDEATH/edge", SparkplugPayload.death(died)) == ["stale"])
  }

  @Test mutating func `bdSeq wraps: 0 follows 255, and the will of 0 counts`() {
    knowNode(255)
    #expect(
      say("Plant/NBIRTH/edge", SparkplugPayload.birth(0)) == ["Plant:edge online epoch=0 gateway"])
    knowNode(0)
    #expect(say("Plant/NDEATH/edge", SparkplugPayload.death(255)) == ["stale"])
    #expect(say("Plant/NDEATH/edge", SparkplugPayload.death(0)) == ["Plant:edge offline gateway"])
  }

  @Test mutating func `any NDEATH ends a node whose NBIRTH named no session`() {
    let unnamed = SparkplugSession.unnamedEpoch
    #expect(
      say("Plant/NBIRTH/edge", SparkplugPayload.body) == [
        "Plant:edge online epoch=\(unnamed) gateway"
      ])
    knowNode(unnamed)
    #expect(say("Plant/NDEATH/edge", SparkplugPayload.death(9)) == ["Plant:edge offline gateway"])
    #expect(say("Plant/NDEATH/edge", []) == ["Plant:edge offline gateway"])
  }

  @Test mutating func `an NDEATH that names no session counts`() {
    knowNode(3)
    #expect(say("Plant/NDEATH/edge", []) == ["Plant:edge offline gateway"])
  }

  @Test mutating func `an NDEATH of an unknown node says nothing`() {
    #expect(say("Plant/NDEATH/edge", SparkplugPayload.death(3)) == [])
  }

  @Test mutating func `data of a node whose NBIRTH was never seen is a heartbeat and no more`() {
    #expect(say("Plant/NDATA/edge") == ["Plant:edge beat"])
    #expect(say("Plant/DDATA/edge/pump") == ["Plant:edge:pump beat"])
  }

  @Test mutating func `a device is carried by its node and returns by its own word`() {
    #expect(say("Plant/DBIRTH/edge/pump") == ["Plant:edge:pump online by=Plant:edge alone"])
    #expect(say("Plant/DDATA/edge/pump") == ["Plant:edge:pump beat"])
    #expect(say("Plant/DDEATH/edge/pump") == ["Plant:edge:pump offline"])
  }

  @Test mutating func `a new session's NBIRTH ends the devices of the one before`() {
    knowNode(255)
    for device in ["pump", "valve", "gone"] { _ = say("Plant/DBIRTH/edge/\(device)") }
    _ = say("Plant/DBIRTH/other/pump")
    for device in ["edge:pump", "edge:valve", "other:pump"] {
      heard.known["Plant:\(device)"] = Standing(epoch: nil, isPresent: true)
    }
    heard.known["Plant:edge:gone"] = Standing(epoch: nil, isPresent: false)
    #expect(
      say("Plant/NBIRTH/edge", SparkplugPayload.birth(0))
        == [
          "Plant:edge online epoch=0 gateway", "Plant:edge:pump offline",
          "Plant:edge:valve offline",
        ])
    #expect(say("Plant/NBIRTH/edge", SparkplugPayload.birth(1)).count == 1)
  }

  @Test mutating func `a rebirth within the session ends nobody, but one after its NDEATH does`() {
    knowNode(7)
    heard.known["Plant:edge:pump"] = Standing(epoch: nil, isPresent: true)
    _ = say("Plant/DBIRTH/edge/pump")
    #expect(
      say("Plant/NBIRTH/edge", SparkplugPayload.birth(7)) == ["Plant:edge online epoch=7 gateway"])
    _ = say("Plant/NDEATH/edge", SparkplugPayload.death(7))
    #expect(
      say("Plant/NBIRTH/edge", SparkplugPayload.birth(7))
        == ["Plant:edge online epoch=7 gateway", "Plant:edge:pump offline"])
  }

  @Test mutating func `names that would run into each other do not`() {
    #expect(say("a:b/NDATA/c") == ["a%3Ab:c beat"])
    #expect(say("a/NDATA/b:c") == ["a:b%3Ac beat"])
  }

  @Test(arguments: ["NBIRTH", "NDEATH"])
  mutating func `a payload that is none is invalid`(kind: String) {
    knowNode(3)
    #expect(say("Plant/\(kind)/edge", [0xff]) == ["invalid"])
    #expect(say("Plant/\(kind)/edge", Array(SparkplugPayload.birth(3).dropLast())) == ["invalid"])
  }

  @Test mutating func `replays are left out, for nothing here is retained`() {
    #expect(say("Plant/NBIRTH/edge", SparkplugPayload.birth(3), isReplay: true) == [])
    #expect(say("Plant/DBIRTH/edge/pump", isReplay: true) == [])
  }

  @Test mutating func `states and commands are not read`() {
    for topic in ["STATE/host", "Plant/STATE/host", "Plant/NCMD/edge", "Plant/DCMD/edge/pump"] {
      let isRead = dialect.read("spBv1.0/\(topic)", [], heard)
      #expect(!isRead, "\(topic)")
    }
  }

  @Test func `data is subscribed at QoS 0, and the will alone decides`() {
    for topic in dialect.topics {
      #expect(topic.isAtLeastOnce == !topic.pattern.contains("DATA"), "\(topic.pattern)")
    }
    #expect(dialect.defaults.timeout == .zero)
    #expect(SparkplugDialect(prefix: "a/b").topics[0].pattern == "a/b/{group}/NBIRTH/{node}")
  }

  @Test func `no more devices are remembered than the limit`() {
    var devices = SparkplugDevices(limit: 2)
    for name in ["a", "b", "c"] { devices.add(Array(name.utf8), of: [1]) }
    devices.add([UInt8](repeating: 0x61, count: DialectLimits.maxName + 1), of: [2])
    #expect(devices.take(of: [1]).count == 2)
    #expect(devices.count == 0)
    devices.add(Array("c".utf8), of: [2])
    #expect(devices.take(of: [2]).count == 1)
  }
}
