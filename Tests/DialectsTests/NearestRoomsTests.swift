import Presence
import Testing

@testable import Dialects

@Suite struct NearestRoomsTests {
  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
  private static func time(_ seconds: Int) -> Instant {
    Instant(nanoseconds: 0) + .seconds(seconds)
  }

  @Test func `whom nobody sees any longer is forgotten`() {
    var nearest = NearestRooms()
    for number in 0..<100 {
      _ = nearest.see(Self.bytes("d\(number)"), from: [1], distance: 1, at: Self.time(0))
    }
    #expect(nearest.count == 100)
    for _ in 0..<100 { _ = nearest.see([9], from: [1], distance: 1, at: Self.time(120)) }
    #expect(nearest.count == 101)
    for _ in 0..<50 { _ = nearest.see([9], from: [1], distance: 1, at: Self.time(121)) }
    #expect(nearest.count == 1)
    #expect(nearest.evicted == 0)
  }

  @Test func `of a full table the one that was seen longest ago makes room, and is counted`() {
    var nearest = NearestRooms(limit: 2)
    for name in ["a", "b", "a", "c"] {
      _ = nearest.see(Self.bytes(name), from: [1], distance: 1, at: Self.time(0))
    }
    #expect(nearest.count == 2)
    #expect(nearest.evicted == 1)
    let kept = nearest.see(Self.bytes("a"), from: [1], distance: 1, at: Self.time(0))
    #expect(!kept.isNew)
    let evicted = nearest.see(Self.bytes("b"), from: [1], distance: 1, at: Self.time(0))
    #expect(evicted.isNew)
  }

  @Test func `a lost room gives up its devices, in the order of their sightings`() {
    var nearest = NearestRooms()
    for device in ["z", "a", "m"] {
      _ = nearest.see(Self.bytes(device), from: [1], distance: 1, at: Self.time(0))
      _ = nearest.see(Self.bytes(device), from: [2], distance: 5, at: Self.time(0))
    }
    _ = nearest.see(Self.bytes("alone"), from: [1], distance: 1, at: Self.time(0))
    let moved = nearest.lose([1], at: Self.time(1))
    #expect(moved.map(\.device) == ["z", "a", "m"].map(Self.bytes))
    #expect(moved.allSatisfy { $0.room == [2] })
    #expect(nearest.lose([1], at: Self.time(1)).isEmpty)
    #expect(nearest.lose([3], at: Self.time(1)).isEmpty)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `whatever is seen, memory is bounded and the room is one that sees it`(seed: UInt64) {
    var random = Seeded(seed: seed)
    var nearest = NearestRooms(limit: 20)
    var now = Self.time(0)
    for _ in 0..<5000 {
      now = now + .milliseconds(.random(in: 0...1500, using: &random))
      let room: [UInt8] = [.random(in: 0...30, using: &random)]
      if Int.random(in: 0..<10, using: &random) == 0 {
        for (_, other) in nearest.lose(room, at: now) { #expect(other != room) }
      } else {
        let device: [UInt8] = [.random(in: 0...40, using: &random)]
        let distance = Double.random(in: -1...20, using: &random)
        let (found, _) = nearest.see(device, from: room, distance: distance, at: now)
        #expect(found.count == 1)
      }
      #expect(nearest.count <= 20)
    }
  }
}
