import Testing

@testable import Dialects

@Suite struct EMQXDialectTests {
  private var stage = Rehearsal(EMQXDialect(prefix: nil))

  private static func connected(
    _ id: String, user: String = "\"undefined\"", at time: Int64 = 1_720_000_000_100,
    keepAlive: String = "60"
  ) -> String {
    """
    {"clientid":"\(id)","username":\(user),"ipaddress":"10.0.0.5","sockport":1883,"protocol":"mqtt",\
    "proto_name":"MQTT","proto_ver":5,"keepalive":\(keepAlive),"clean_start":true,\
    "expiry_interval":0,"connected_at":\(time),"ts":\(time + 1)}
    """
  }

  private static func disconnected(
    _ id: String, user: String = "\"undefined\"", reason: String = "tcp_closed",
    since: Int64? = 1_720_000_000_100, at time: Int64 = 1_720_000_900_000
  ) -> String {
    let since = since.map { "\"connected_at\":\($0)," } ?? ""
    return """
      {"clientid":"\(id)","username":\(user),"reason":"\(reason)","protocol":"mqtt",\(since)\
      "disconnected_at":\(time),"ts":\(time + 1)}
      """
  }

  private mutating func live(_ id: String, _ event: String, _ payload: String) -> [String] {
    stage.live("$SYS/brokers/emqx@127.0.0.1/clients/\(id)/\(event)", payload)
  }

  @Test mutating func `a client comes and goes`() {
    #expect(
      live("lamp", "connected", Self.connected("lamp", user: "\"ann\""))
        == ["ann/lamp online epoch=1720000000100 timeout=0.0 seconds confirmation=90.0 seconds"])
    #expect(
      live("lamp", "disconnected", Self.disconnected("lamp", user: "\"ann\""))
        == ["ann/lamp offline epoch=1720000000100"])
  }

  @Test(arguments: ["\"undefined\"", "null", "\"\""])
  mutating func `a client without a user name has no user`(user: String) {
    #expect(
      live("lamp", "connected", Self.connected("lamp", user: user, keepAlive: "0"))
        == ["lamp online epoch=1720000000100 timeout=0.0 seconds"])
  }

  @Test(arguments: ["takenover", "takeovered", "discarded"])
  mutating func `a session that goes on elsewhere does not end`(reason: String) {
    #expect(live("lamp", "disconnected", Self.disconnected("lamp", reason: reason)) == [])
  }

  @Test(arguments: ["tcp_closed", "keepalive_timeout", "kicked", "normal", "not_authorized"])
  mutating func `every other reason is an end`(reason: String) {
    #expect(
      live("lamp", "disconnected", Self.disconnected("lamp", reason: reason))
        == ["lamp offline epoch=1720000000100"])
  }

  @Test mutating func `an older session's end comes too late, also from EMQX 4`() {
    stage.heard.known = ["lamp": Standing(epoch: 1_720_000_000_100, isPresent: true)]
    #expect(
      live("lamp", "disconnected", Self.disconnected("lamp", since: 1_720_000_000_099))
        == ["stale"])
    for early in [1_720_000_000_099, 1_719_999_940_100] as [Int64] {
      #expect(
        live("lamp", "disconnected", Self.disconnected("lamp", since: nil, at: early)) == ["stale"])
    }
    // Nothing is so late: a clock was set back.
    #expect(
      live("lamp", "disconnected", Self.disconnected("lamp", since: nil, at: 1_719_999_940_099))
        == ["lamp offline"])
    #expect(
      live("lamp", "disconnected", Self.disconnected("lamp", since: nil, at: 1_720_000_000_100))
        == ["lamp offline"])
    #expect(
      live("lamp", "disconnected", Self.disconnected("lamp", since: 1_720_000_000_100))
        == ["lamp offline epoch=1720000000100"])
  }

  private mutating func knows(_ since: Int64, isPresent: Bool = true) {
    stage.heard.known = ["lamp": Standing(epoch: since, isPresent: isPresent)]
  }

  private mutating func begins(_ since: Int64) -> [String] {
    defer { knows(since) }
    return live("lamp", "connected", Self.connected("lamp", at: since, keepAlive: "0"))
  }

  private mutating func ends(
    _ since: Int64, _ reason: String = "tcp_closed", at time: Int64
  ) -> [String] {
    live("lamp", "disconnected", Self.disconnected("lamp", reason: reason, since: since, at: time))
  }

  private static let start: Int64 = 1_720_000_000_000

  /// The clocks of two nodes differ by half a second, or one is set back by an hour.
  @Test(arguments: [500, 3_600_000] as [Int64])
  mutating func `the session that was heard of last is the one that ends`(back: Int64) {
    let (first, second) = (Self.start, Self.start - back)
    #expect(begins(first) == ["lamp online epoch=\(first) timeout=0.0 seconds"])
    #expect(begins(second) == ["lamp online epoch=\(second) timeout=0.0 seconds"])
    #expect(ends(first, at: first + 1) == ["stale"])
    #expect(ends(second, at: second + 60_000) == ["lamp offline epoch=\(second)"])
  }

  @Test mutating func `an end that comes right behind a late beginning leaves the other session`() {
    let (first, second) = (Self.start, Self.start + 1000)
    _ = begins(second)
    _ = begins(first)
    #expect(ends(first, at: second - 10) == ["lamp online epoch=\(second)"])
    knows(second)
    #expect(ends(second, at: second + 5000) == ["lamp offline epoch=\(second)"])
  }

  @Test mutating func `a takeover of the session that was heard of last leaves the one before`() {
    let (old, new) = (Self.start + 500, Self.start)
    _ = begins(new)
    _ = begins(old)
    #expect(ends(old, "takenover", at: old + 9) == ["lamp online epoch=\(new)"])
    knows(new)
    #expect(ends(new, at: new + 60_000) == ["lamp offline epoch=\(new)"])
  }

  @Test mutating func `a takeover in its order leaves the session that took over`() {
    let (old, new) = (Self.start, Self.start + 500)
    _ = begins(old)
    #expect(ends(old, "takenover", at: old + 9) == [])
    _ = begins(new)
    #expect(ends(old, "discarded", at: old + 9) == [])
    #expect(ends(new, at: new + 9) == ["lamp offline epoch=\(new)"])
  }

  @Test mutating func `the beginning of a session that has ended, once more, begins nothing`() {
    stage.heard.known["lamp"] = Standing(epoch: 1_720_000_000_100, isPresent: false)
    #expect(live("lamp", "connected", Self.connected("lamp")) == ["stale"])
    #expect(live("lamp", "connected", Self.connected("lamp", at: 1_720_000_000_101)).count == 1)
  }

  @Test mutating func `another user who takes an id over ends the first one's connection`() {
    _ = live("x", "connected", Self.connected("x", user: "\"ann\""))
    #expect(
      live("x", "connected", Self.connected("x", user: "\"bob\"", keepAlive: "0"))
        == ["ann/x offline", "bob/x online epoch=1720000000100 timeout=0.0 seconds"])
  }

  @Test mutating func `an id may have slashes, and one that is an event's name misleads nobody`() {
    #expect(
      live("a/b", "connected", Self.connected("a/b", keepAlive: "0"))
        == ["a%2Fb online epoch=1720000000100 timeout=0.0 seconds"])
    #expect(
      live("a/disconnected", "connected", Self.connected("a/disconnected", keepAlive: "0"))
        == ["a%2Fdisconnected online epoch=1720000000100 timeout=0.0 seconds"])
    #expect(live("a", "disconnected", Self.disconnected("b")) == ["invalid"])
    #expect(live("lamp", "connected", "{}") == ["invalid"])
    #expect(live("lamp", "subscribed", "{}") == [])
    #expect(live("lamp", "connected", "") == ["invalid"])
  }

  @Test mutating func `events are not retained`() {
    let topic = "$SYS/brokers/n/clients/lamp/connected"
    #expect(stage.replay(topic, Self.connected("lamp")) == [])
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  mutating func `any bytes are borne`(seed: UInt64) {
    let topics = [
      "$SYS/brokers/n/clients/lamp/connected", "$SYS/brokers/n/clients/lamp/disconnected",
      "$SYS/brokers/n/clients/lamp", "$SYS/brokers/n/clients/",
    ]
    let taken = stage.fuzz(
      topics, [Self.connected("lamp"), Self.disconnected("lamp")], seed: seed)
    #expect(taken > 5)
  }
}
