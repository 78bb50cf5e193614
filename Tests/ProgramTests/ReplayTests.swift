import MQTT
import TestSupport
import Testing

/// Behaviour 6: what is delivered with the retain flag is a claim, and no sign of life.
@Suite(.serialized)
struct ReplayTests {
  @Test(
    "Retained joins and heartbeats are ignored when they are replayed, and counted as such",
    arguments: [ProtocolVersion.v5, .v311])
  func ignored(version: ProtocolVersion) throws {
    let site = try Site(version)
    try site.bridge.stop()
    let pump = try site.device("pump")
    try pump.join("lab", retain: true)
    try pump.beat("still here", retain: true)
    // The bridge's session would get the join live; a bridge of another name gets the replay alone.
    let other = try BridgeProcess(
      port: site.broker.port, ["client_id": "other", "protocol": version == .v5 ? "5" : "3.1.1"])
    try site.wait(for: "another bridge") { other.isLive }
    try site.wait(forStats: "two replays") { $0.replays_ignored == 2 && $0.invalid == 0 }
    #expect(try site.observer.stats()?.presences == 0)
    #expect(site.observer.count("lab") == nil)
  }

  @Test(
    "A retained birth of an unknown client is taken in, and has one timeout to show a live sign",
    arguments: [ProtocolVersion.v5, .v311])
  func takenIn(version: ProtocolVersion) throws {
    let site = try Site(version, ["heartbeat_timeout": "1s"])
    try site.bridge.stop()
    try FreshDatabase.remove(site.bridge)
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    try pump.say(#"{"state":"online","rooms":["lab"],"data":{"n":1}}"#)
    try valve.say(#"{"state":"online","rooms":["lab"],"epoch":4}"#)
    let other = try BridgeProcess(
      port: site.broker.port,
      [
        "client_id": "other", "protocol": version == .v5 ? "5" : "3.1.1",
        "heartbeat_timeout": "1s",
      ])
    site.beating = [pump]
    try site.wait("lab", holds: "pump", "valve")
    #expect(try site.observer.words("lab") == ["+pump joined", "+valve joined"])
    #expect(try site.observer.snapshot("lab")?.member("pump")?.data == ["n": 1])
    try site.wait("lab", holds: "pump")
    #expect(try site.observer.words("lab").last == "-valve expired")

    // Its retained birth stays; that is no reason to take it in again.
    try other.kill()
    site.observer.forget()
    try other.start()
    try site.wait(for: "the bridge again") { other.isLive }
    try site.flush()
    #expect(try site.observer.words("lab") == [])
    try valve.beat()
    try site.wait("lab", holds: "pump", "valve")
  }

  @Test("A client with a timeout of 0 must be heard live after a restart of the broker")
  func willAlone() throws {
    let site = try Site(.v5, ["heartbeat_timeout": "800ms"]) { $0.persistence = true }
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    for device in [pump, valve] {
      try device.say(#"{"state":"online","rooms":["lab"],"timeout":0}"#)
    }
    try site.wait("lab", holds: "pump", "valve")
    try site.broker.kill()
    try site.broker.start()
    try site.observer.connect()
    try valve.client.connect()
    site.beating = [valve]
    try site.wait("lab", holds: "valve")
    site.beating = []
    try site.run(for: .milliseconds(1500))
    #expect(site.observer.count("lab") == 1)
  }

  @Test("A dying word that was replayed ends a client that was heard before this connection only")
  func replayedDeath() throws {
    let site = try Site(.v5, ["restart_grace": "300ms", "session_expiry": "1s"])
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    for device in [pump, valve] { try device.say(#"{"state":"online","rooms":["lab"]}"#) }
    try site.wait("lab", holds: "pump", "valve")
    try site.bridge.kill()
    // Until the broker has dropped the bridge's session, and with it all that was queued.
    let other = TestClient(site.broker, id: "rollcall-presence") { $0.protocolVersion = .v5 }
    try other.connect()
    try other.disconnect()
    try pump.say("offline")
    try site.bridge.start()
    try site.wait("lab", holds: "valve")
    #expect(try site.observer.words("lab").last == "-pump offline")
  }
}
