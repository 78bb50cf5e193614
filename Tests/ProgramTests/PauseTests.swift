import MQTT
import TestSupport
import Testing

/// Behaviour 3's fence: neither a stopped bridge nor a hung broker makes anybody silent.
@Suite(.serialized)
struct PauseTests {
  private func site(_ version: ProtocolVersion) throws -> (Site, Device, Device) {
    let site = try Site(version, ["heartbeat_timeout": "1s", "keepalive": "30s"])
    let (pump, valve) = (try site.device("pump"), try site.device("valve"))
    site.beating = [pump, valve]
    for device in [pump, valve] { try device.join("lab") }
    try site.wait("lab", holds: "pump", "valve")
    return (site, pump, valve)
  }

  private func expectOnlyTheSilentGo(_ site: Site, _ pump: Device) throws {
    site.beating = [pump]
    try site.wait("lab", holds: "pump")
    try site.run(for: .milliseconds(1200))
    #expect(try site.observer.removed() == ["valve expired"])
  }

  @Test(
    "A bridge that was stopped for longer than the timeout removes nobody who was beating",
    arguments: [ProtocolVersion.v5, .v311])
  func bridge(version: ProtocolVersion) throws {
    let (site, pump, _) = try site(version)
    site.bridge.pause()
    try site.run(for: .milliseconds(2500))
    site.bridge.resume()
    try site.run(for: .milliseconds(700))
    try site.expectNobodyRemoved()
    #expect(site.observer.count("lab") == 2)
    try expectOnlyTheSilentGo(site, pump)
  }

  @Test(
    "A broker that hung for longer than the timeout removes nobody who was beating",
    arguments: [ProtocolVersion.v5, .v311])
  func broker(version: ProtocolVersion) throws {
    let (site, pump, _) = try site(version)
    site.broker.pause()
    try site.run(for: .milliseconds(2500))
    site.broker.resume()
    try site.run(for: .milliseconds(700))
    try site.expectNobodyRemoved()
    #expect(site.observer.count("lab") == 2)
    try expectOnlyTheSilentGo(site, pump)
  }

  @Test("A broker that hangs until the bridge gives it up removes nobody who was beating")
  func givenUp() throws {
    let site = try Site(.v5, ["heartbeat_timeout": "1s", "keepalive": "5s"])
    let pump = try site.device("pump")
    site.beating = [pump]
    try pump.join("lab")
    try site.wait("lab", holds: "pump")
    site.broker.pause()
    try site.wait(for: "an end of the connection", limit: .seconds(15)) {
      site.bridge.log.contains("trying again")
    }
    site.broker.resume()
    try site.wait(for: "a second connection") {
      site.bridge.log.components(separatedBy: "live on").count == 3
    }
    try site.run(for: .milliseconds(1500))
    try site.expectNobodyRemoved()
    #expect(site.observer.count("lab") == 1)
  }
}
