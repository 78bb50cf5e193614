import Presence
import Testing

@testable import Bridge

/// The log names the limits that are reached, and the stats count them.
@Suite struct LimitReportTests {
  private func lines(_ stage: LoopStage, _ key: String) -> [String] {
    stage.log.filter { $0.contains("warning: \(key) ") }
      .map { String($0.drop { $0 != "w" }) }
  }

  @Test func `a key is named at once, and then once a minute with what was counted meanwhile`()
    throws
  {
    let stage = try LoopStage { $0.maxClients = 1 }
    stage.run()
    for second in 0..<61 {
      stage.broker.say("presence/clients/c\(second)/status", "online")
      stage.pass(.seconds(1))
      if second == 0 { #expect(lines(stage, "max_clients") == []) }
      if (1..<60).contains(second) { #expect(lines(stage, "max_clients").count == 1) }
    }
    stage.pass(.seconds(1))
    #expect(
      lines(stage, "max_clients")
        == [1, 59].map {
          "warning: max_clients 1 is reached; messages of new clients refused: \($0)"
        })
    stage.pass(.seconds(600))
    #expect(lines(stage, "max_clients").count == 2)
  }

  @Test func `every limit is named by its key and its value`() throws {
    let stage = try LoopStage {
      $0.maxRooms = 3
      $0.maxRoomsPerClient = 2
      $0.maxNewRooms = 2
      $0.maxPresences = 4
      $0.maxData = 10
      $0.maxPayload = 64
    }
    stage.run()
    let status = "presence/clients/a/status"
    stage.broker.say(status, #"{"state":"online","rooms":["1","2","3"]}"#)
    stage.broker.say(status, #"{"state":"online","rooms":["1","2"],"data":{"x":12345}}"#)
    stage.broker.say(status, String(repeating: " ", count: 65))
    stage.broker.say("presence/clients/b/rooms/3", "join")
    stage.broker.say("presence/clients/b/rooms/4", "join")
    stage.broker.say(status, #"{"state":"online","rooms":["5","6"]}"#)
    for client in ["c", "d"] { stage.broker.say("presence/clients/\(client)/rooms/1", "join") }
    stage.run()
    for text in [
      "max_rooms_per_client 2", "max_data 10B", "max_payload 64B", "max_rooms 3", "max_new_rooms 2",
      "max_presences 4",
    ] {
      let told = stage.log.filter { $0.contains(" \(text) is reached; ") && $0.hasSuffix(": 1") }
      #expect(told.count == 1, "\(text)")
    }
    let stats = String(decoding: stage.loop.stats(), as: UTF8.self)
    #expect(
      stats.contains(
        #""limits":{"max_clients":0,"max_rooms":1,"max_rooms_per_client":1,"max_presences":1,"#
          + #""max_new_rooms":1,"max_data":1,"max_payload":1}"#))
    #expect(stats.contains(#""limited":6"#))
  }

  @Test func `a room that made place is cleared, and one that is joined again at once is shown`()
    throws
  {
    let stage = try LoopStage { $0.maxRooms = 2 }
    stage.run()
    for room in ["lab", "attic"] {
      for word in ["join", "leave"] {
        stage.broker.say("presence/clients/a/rooms/\(room)", word)
        stage.pass(.seconds(1))
      }
    }
    #expect(stage.broker.retained["presence/count/lab"] == "0")
    // In one turn the lab makes place for the hall, and the attic for the lab.
    for (client, room) in [("b", "hall"), ("c", "lab")] {
      stage.broker.say("presence/clients/\(client)/rooms/\(room)", "join")
    }
    stage.pass(.seconds(2))
    #expect(stage.broker.retained["presence/count/lab"] == "1")
    #expect(stage.broker.retained["presence/count/hall"] == "1")
    #expect(stage.broker.retained["presence/count/attic"] == nil)
    #expect(stage.broker.retained["presence/occupancy/attic"] == nil)
    #expect(
      stage.log.contains { $0.contains("max_rooms 2 is reached; empty rooms cleared before") })
  }
}
