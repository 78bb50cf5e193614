import Presence
import Testing

@testable import Bridge

/// What was seen on the retained topics is compared once, whatever its order.
@Suite struct RetainedTopicsTests {
  private var retained = RetainedTopics()

  private mutating func see(_ room: String, count: String) {
    Array(room.utf8).withUnsafeBytes { room in
      Array(count.utf8).withUnsafeBytes { retained.count(room, $0) }
    }
  }

  /// `room 3`, `lab 4` or `stray x`.
  private mutating func rest(capacity: Int32) -> [String] {
    var rest: [String] = []
    while let check = retained.next(roomCapacity: capacity) {
      switch check {
      case .seen(let name, let seen):
        rest.append("\(String(decoding: name, as: UTF8.self)) \(seen.count ?? -1)")
      case .room(let room): rest.append("room \(room)")
      case .stray(let topic): rest.append("stray \(String(decoding: topic, as: UTF8.self))")
      }
    }
    return rest
  }

  @Test mutating func `every room that was seen is given once, with the last that was seen of it`()
  {
    for (room, count) in [("lab", "1"), ("hall", "2"), ("lab", "3")] { see(room, count: count) }
    Array("x".utf8).withUnsafeBytes { retained.stray($0) }
    retained.beginChecking()
    #expect(rest(capacity: 0).sorted() == ["hall 2", "lab 3", "stray x"])
    #expect(retained.isDone)
  }

  @Test mutating func `rooms of which nothing was seen follow, less those that were settled`() {
    see("lab", count: "1")
    retained.beginChecking()
    #expect(retained.settle(1, name: Array("lab".utf8))?.count == 1)
    #expect(retained.settle(2, name: Array("roof".utf8)) == nil)
    #expect(rest(capacity: 4) == ["room 0", "room 3"])
  }

  @Test mutating func `a room seen again after it was settled is given then`() {
    see("lab", count: "1")
    see("hall", count: "2")
    retained.beginChecking()
    #expect(retained.settle(0, name: Array("lab".utf8))?.count == 1)
    see("roof", count: "5")
    see("lab", count: "7")
    #expect(rest(capacity: 1).sorted() == ["hall 2", "lab 7", "roof 5"])
  }

  @Test mutating func `a hundred thousand rooms are all given`() {
    let names = (0..<100_000).map { "building/floor-\($0 % 40)/a-room-with-a-long-name-\($0)" }
    for name in names { see(name, count: "1") }
    retained.beginChecking()
    #expect(Set(rest(capacity: 0)) == Set(names.map { "\($0) 1" }))
  }
}
