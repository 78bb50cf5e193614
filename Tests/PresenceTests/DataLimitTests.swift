import Presence
import Testing

/// Beyond `max_data` a client is present without its data, and every byte that is kept is counted.
@Suite struct DataLimitTests {
  private static let seven = "{\"x\":1}"
  private static let eight = "{\"x\":12}"

  private static func stage(_ bytes: Int) -> Stage { Stage(rules: .with { $0.maxData = bytes }) }

  @Test func `data that fits is kept to the last byte`() {
    var stage = Self.stage(15)
    stage.online("a", rooms: ["lab"], data: Self.seven)
    stage.join("b", "lab", data: Self.eight)
    #expect(stage.engine.dataBytes == 15)
    #expect(stage.data("b", in: "lab") == Self.eight)
    #expect(stage.engine.counters.limited == 0)
  }

  @Test func `a client is present without data that does not fit, and that is counted`() {
    var stage = Self.stage(14)
    stage.online("a", rooms: ["lab"], data: Self.seven)
    stage.join("b", "lab", data: Self.eight)
    stage.online("c", rooms: ["lab"], data: Self.eight)
    #expect(stage.members("lab") == ["a", "b", "c"])
    #expect(stage.data("b", in: "lab") == nil)
    #expect(stage.data("c", in: "lab") == nil)
    #expect(stage.engine.counters.limits[.data] == 2)
    #expect(stage.changesNothing { $0.online("c", rooms: ["lab"], data: Self.eight) })
  }

  @Test func `data that is replaced by what does not fit is shown no more`() {
    var stage = Self.stage(7)
    stage.online("a", rooms: ["lab"], data: Self.seven)
    stage.catchUp()
    stage.online("a", rooms: ["lab"], data: Self.eight)
    #expect(stage.announced("lab") == ["~a"])
    #expect(stage.data("a", in: "lab") == nil)
    #expect(stage.engine.dataBytes == 0)
  }

  @Test func `data may take the place of what it replaces`() {
    var stage = Self.stage(7)
    stage.online("a", rooms: ["lab"], data: Self.seven)
    stage.online("a", rooms: ["lab"], data: "{\"x\":2}")
    #expect(stage.data("a", in: "lab") == "{\"x\":2}")
    #expect(stage.engine.counters.limited == 0)
  }

  @Test func `what is replaced, cleared, left or forgotten makes place`() {
    var stage = Self.stage(15)
    stage.online("a", rooms: ["lab"], data: Self.eight)
    stage.online("a", rooms: ["lab"], data: Self.seven)
    #expect(stage.engine.dataBytes == 7)
    stage.join("a", "lab", data: Self.eight)
    #expect(stage.engine.dataBytes == 15)
    stage.join("a", "lab", data: "{}")
    #expect(stage.engine.dataBytes == 7)
    stage.join("a", "hall", data: Self.seven)
    stage.leave("a", "hall")
    stage.catchUp()
    #expect(stage.engine.dataBytes == 7)
    stage.forget("a")
    stage.catchUp()
    #expect(stage.engine.dataBytes == 0)
  }

  @Test func `data of a database that holds more than is allowed is left out, and written so`()
    throws
  {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], data: Self.seven)
    stage.join("b", "lab", data: Self.eight)
    stage.catchUp()
    let rows = Rows(of: stage.engine)
    var engine = Engine(rules: .with { $0.maxData = 14 })
    try rows.restore(into: &engine, at: stage.now)
    stage.engine = engine
    #expect(stage.engine.dataBytes == 7)
    #expect(stage.engine.counters.limits[.data] == 1)
    #expect(stage.engine.takeUnsaved().memberships.count == 1)
    #expect(stage.members("lab") == ["a", "b"])
    #expect(stage.data("a", in: "lab") == Self.seven)
    #expect(Rows(of: stage.engine).memberships.values.allSatisfy { $0.data == nil })
  }

  @Test func `a client of a database is left without data that does not fit, and written so`()
    throws
  {
    var stage = Stage()
    stage.online("a", rooms: ["lab"], data: Self.seven)
    stage.catchUp()
    let rows = Rows(of: stage.engine)
    var engine = Engine(rules: .with { $0.maxData = 6 })
    try rows.restore(into: &engine, at: stage.now)
    #expect(engine.dataBytes == 0)
    #expect(engine.takeUnsaved().clients.count == 1)
    #expect(Rows(of: engine).clients.values.allSatisfy { $0.data == nil })
  }
}
