import Testing

@testable import Dialects

@Suite struct NanoMQDialectTests {
  private var stage = Rehearsal(NanoMQDialect(prefix: nil))

  private static func connected(
    _ id: String, user: String = "ann", code: String = "0", status: String = "",
    address: Bool = true
  ) -> String {
    """
    {\(status)"username":"\(user)", "ts":1691225605933,"proto_name":"MQTT","keepalive":60,\
    "return_code":"\(code)","proto_ver":4,"client_id":"\(id)","clean_start":1\
    \(address ? ", \"IPv4\":\"127.0.0.1\"" : "")}
    """
  }

  private static func disconnected(
    _ id: String, user: String = "ann", code: String = "8b", status: String = "",
    address: Bool = true, time: Int64 = 1_691_225_608_391
  ) -> String {
    """
    {\(status)"username":"\(user)","ts":\(time),"reason_code":"\(code)",\
    "client_id":"\(id)"\(address ? ",\"IPv4\":\"127.0.0.1\"" : "")}
    """
  }

  private static let online =
    "ann/lamp online timeout=0.0 seconds confirmation=90.0 seconds"
  private static let offline = "ann/lamp offline"

  @Test mutating func `a client comes and goes`() {
    #expect(stage.live("$SYS/brokers/connected", Self.connected("lamp")) == [Self.online])
    #expect(stage.live("$SYS/brokers/disconnected", Self.disconnected("lamp")) == [Self.offline])
    #expect(stage.replay("$SYS/brokers/disconnected", Self.disconnected("lamp")) == [])
  }

  @Test mutating func `an end counts though the clock was set back since the beginning`() {
    stage.heard.known["lamp"] = Standing(epoch: 1_691_225_605_933, isPresent: true)
    #expect(
      stage.live("$SYS/brokers/disconnected", Self.disconnected("lamp", time: 1_691_225_605_733))
        == [Self.offline])
  }

  @Test mutating func `since 0 24 1 one topic a client tells both`() {
    let topic = "$SYS/brokers/client_status/lamp"
    let born = Self.connected("lamp", status: #""status":"online", "#)
    let gone = Self.disconnected("lamp", status: #""status":"offline", "#)
    #expect(stage.live(topic, born) == [Self.online])
    #expect(stage.live(topic, gone) == [Self.offline])
    #expect(stage.replay(topic, born) == [Self.online])
    #expect(stage.live("$SYS/brokers/client_status/other", born) == ["invalid"])
    #expect(stage.live(topic, Self.connected("lamp")) == ["invalid"])
    #expect(
      stage.live(topic, Self.connected("lamp", status: #""status":"offline", "#)) == ["invalid"])
  }

  @Test mutating func `a refused connection and a session that is taken over are no change`() {
    #expect(stage.live("$SYS/brokers/connected", Self.connected("lamp", code: "5")) == [])
    #expect(stage.live("$SYS/brokers/disconnected", Self.disconnected("lamp", code: "8e")) == [])
  }

  @Test mutating func `an event on the other one's topic is invalid`() {
    #expect(stage.live("$SYS/brokers/disconnected", Self.connected("lamp")) == ["invalid"])
    #expect(stage.live("$SYS/brokers/connected", Self.disconnected("lamp")) == ["invalid"])
  }

  @Test(
    arguments: [
      #"x","client_id":"victim"#, #"victim","clean_start":1,"z":"#, #"victim","z":"1"#,
      #"x\u0022"#, #"victim","IPv4":"1"#, #"x","client\u005fid":"victim"#, #"x","username":"root"#,
      "", #"victim"}"#,
    ])
  mutating func `an id that writes into the event is refused`(id: String) {
    for address in [true, false] {
      #expect(
        stage.live("$SYS/brokers/connected", Self.connected(id, address: address)) == ["invalid"])
    }
    #expect(stage.live("$SYS/brokers/disconnected", Self.disconnected(id)) == ["invalid"])
  }

  @Test mutating func `nor can it where the broker tells no addresses`() {
    _ = stage.live("$SYS/brokers/connected", Self.connected("lamp", address: false))
    let id = #"victim","IPv4":"1.2.3.4"#
    #expect(
      stage.live("$SYS/brokers/disconnected", Self.disconnected(id, address: false))
        == ["invalid"])
    #expect(
      stage.live("$SYS/brokers/disconnected", Self.disconnected("lamp", address: false))
        == [Self.offline])
  }

  @Test(arguments: [#"root","x":"y"#, #"root","ts":5,"q":"y"#, #"root","client_id":"v","q":"#])
  mutating func `a user name that writes into the event is refused`(user: String) {
    #expect(
      stage.live("$SYS/brokers/connected", Self.connected("lamp", user: user)) == ["invalid"])
    #expect(
      stage.live("$SYS/brokers/disconnected", Self.disconnected("lamp", user: user))
        == ["invalid"])
  }

  @Test(arguments: ["", "(null)", "undefined"])
  mutating func `a client without a user name has no user`(user: String) {
    #expect(
      stage.live("$SYS/brokers/disconnected", Self.disconnected("lamp", user: user))
        == ["lamp offline"])
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  mutating func `any bytes are borne`(seed: UInt64) {
    let topics = [
      "$SYS/brokers/connected", "$SYS/brokers/disconnected", "$SYS/brokers/client_status/lamp",
    ]
    let payloads = [
      Self.connected("lamp"), Self.disconnected("lamp"),
      Self.connected("lamp", status: #""status":"online", "#),
    ]
    #expect(stage.fuzz(topics, payloads, seed: seed) > 5)
  }
}
