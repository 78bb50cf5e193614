import Testing

@testable import Dialects

@Suite struct SparkplugDialectTests {
  private var dialect = SparkplugDialect(prefix: nil)
  private let heard = Heard()

  /// What is said of a message; a birth is what the bridge knows from then on.
  private mutating func say(
    _ topic: String, _ payload: [UInt8] = SparkplugPayload.body, isReplay: Bool = false
  ) -> [String] {
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

  /// pysparkplug 0.6 counts one up in a goodbye.
  @Test(arguments: [(3, 4), (255, 0), (250, 121), (300, 301), (1000, 5000)] as [(Int64, UInt64)])
  mutating func `an NDEATH above the NBIRTH's session ends the node`(born: Int64, died: UInt64) {
    knowNode(born)
    #expect(
      say("Plant/NDEATH/edge", SparkplugPayload.death(died)) == ["Plant:edge offline gateway"])
  }

  /// Tahu's Python and what copies it put the birth's number minus one into the will.
  @Test(arguments: [(3, 2), (0, 255), (0, 128), (250, 122), (5000, 1000)] as [(Int64, UInt64)])
  mutating func `an NDEATH below the NBIRTH's session is doubted`(born: Int64, died: UInt64) {
    knowNode(born)
    #expect(
      say("Plant/NDEATH/edge", SparkplugPayload.death(died)) == [
        "stale", "Plant:edge offline grace=60s gateway",
      ])
    #expect(heard.reasons == ["an NDEATH with bdSeq \(died), where the NBIRTH had \(born)"])
    knowNode(born, isPresent: false)
    #expect(say("Plant/NDEATH/edge", SparkplugPayload.death(died)) == ["stale"])
  }

  @Test mutating func `with rebirth on a node whose death is doubted is asked, and not too often`()
  {
    dialect = SparkplugDialect(prefix: nil, doubt: .seconds(5), asksForRebirth: true)
    knowNode(3)
    let doubted = ["stale", "Plant:edge offline grace=5s gateway"]
    let death = SparkplugPayload.death(2)
    #expect(
      say("Plant/NDEATH/edge", death) == doubted + ["asks spBv1.0/Plant/NCMD/edge"])
    #expect(say("Plant/NDEATH/edge", death) == doubted)
    let time = SparkplugPayload.number(1, 1_700_000_000_000)
    let metric =
      SparkplugPayload.text(1, "Node Control/Rebirth") + SparkplugPayload.number(4, 11)
      + SparkplugPayload.number(14, 1)
    #expect(heard.asked == [time + SparkplugPayload.bytes(2, metric)])
  }

  @Test mutating func `with rebirth on a node that sends data and was never born is asked`() {
    dialect = SparkplugDialect(prefix: nil, asksForRebirth: true)
    #expect(
      say("Plant/DDATA/edge/pump") == [
        "Plant:edge:pump beat", "asks spBv1.0/Plant/NCMD/edge",
      ])
    knowNode(3)
    #expect(say("Plant/NDATA/edge") == ["Plant:edge beat"])
  }

  @Test(arguments: ["NBIRTH/edge", "DBIRTH/edge/pump", "NDATA/edge", "DDATA/edge/pump"])
  mutating func `an empty message is one that was cleared, and says nothing`(topic: String) {
    #expect(say("Plant/\(topic)", []) == [])
  }

  @Test(arguments: [
    "NBIRTH/edge", "NDEATH/edge", "NDATA/edge", "DBIRTH/edge/pump", "DDATA/edge/pump",
    "DDEATH/edge/pump",
  ])
  mutating func `words of other systems are no payload`(topic: String) {
    knowNode(3)
    for word in ["hello", "online", "offline", "1", "true", "{\"bdSeq\":3}", " ", "(a"] {
      #expect(say("Plant/\(topic)", Array(word.utf8)) == ["invalid"], "\(word)")
    }
  }

  @Test mutating func `bdSeq wraps: 0 follows 255, and the will of 0 counts`() {
    knowNode(255)
    #expect(
      say("Plant/NBIRTH/edge", SparkplugPayload.birth(0)) == ["Plant:edge online epoch=0 gateway"])
    knowNode(0)
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
