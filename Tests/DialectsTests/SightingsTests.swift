import Presence
import Testing

@testable import Dialects

@Suite struct SightingsTests {
  private var sightings = Sightings()
  private let rule = Sightings.Rule()

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
  private static func time(_ seconds: Double) -> Instant {
    Instant(nanoseconds: 0) + .nanoseconds(Int64(seconds * 1e9))
  }

  /// Where it is after it was seen from a room.
  @discardableResult
  private mutating func see(_ room: String, _ distance: Double, at seconds: Double = 0) -> String? {
    sightings.see(from: Self.bytes(room), distance: distance, at: Self.time(seconds), rule)
    return sightings.room.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test mutating func `the first room that sees it has it`() {
    #expect(see("kitchen", 12) == "kitchen")
  }

  @Test(arguments: [(1.5, "hall"), (1.501, "kitchen"), (0.2, "hall")])
  mutating func `another room has to be half a metre nearer, exactly that included`(
    distance: Double, room: String
  ) {
    see("kitchen", 2)
    #expect(see("hall", distance) == room)
  }

  @Test(arguments: [(8.0, "hall"), (8.001, "kitchen")])
  mutating func `far away it has to be a fifth of the distance nearer`(
    distance: Double, room: String
  ) {
    see("kitchen", 10)
    #expect(see("hall", distance) == room)
  }

  @Test mutating func `what scatters between two rooms stays in one`() {
    see("kitchen", 3)
    for turn in 0..<50 {
      #expect(see("hall", 2.8 + Double(turn % 5) * 0.1, at: Double(turn)) == "kitchen")
      #expect(see("kitchen", 3.2 - Double(turn % 5) * 0.1, at: Double(turn)) == "kitchen")
    }
  }

  @Test mutating func `its own room may lose it by growing distant`() {
    see("kitchen", 1)
    #expect(see("hall", 2) == "kitchen")
    #expect(see("kitchen", 2.4) == "kitchen")
    #expect(see("kitchen", 2.5) == "hall")
  }

  @Test mutating func `a distance of below zero, as of signal strengths, needs the margin too`() {
    see("kitchen", -4)
    #expect(see("hall", -4.25) == "kitchen")
    #expect(see("hall", -4.5) == "hall")
  }

  @Test mutating func `a room that has fallen silent gives way to any other, not before`() {
    see("kitchen", 1, at: 0)
    #expect(see("hall", 9, at: 15) == "kitchen")
    #expect(see("hall", 9, at: 15.001) == "hall")
  }

  @Test mutating func `a room that has fallen silent is not the nearest`() {
    see("kitchen", 5, at: 0)
    see("hall", 4.8, at: 1)
    #expect(see("kitchen", 9, at: 16.5) == "kitchen")
  }

  @Test mutating func `of several rooms the nearest has it`() {
    see("kitchen", 9)
    see("hall", 8.5)
    #expect(see("bath", 6) == "bath")
    #expect(see("hall", 4.75) == "hall")
  }

  @Test mutating func `a room that is lost gives it to the nearest of the others`() {
    see("kitchen", 1)
    see("hall", 5)
    see("bath", 4)
    let left = sightings.lose(Self.bytes("kitchen"), at: Self.time(1), rule)
    #expect(left == Self.bytes("bath"))
    let other = sightings.lose(Self.bytes("hall"), at: Self.time(1), rule)
    #expect(other == nil)
    let last = sightings.lose(Self.bytes("bath"), at: Self.time(1), rule)
    #expect(last == nil)
    #expect(sightings.room == nil)
  }

  @Test mutating func `a room that is lost does not give it to one that saw it long ago`() {
    see("hall", 5, at: 0)
    see("kitchen", 1, at: 14)
    let left = sightings.lose(Self.bytes("kitchen"), at: Self.time(15.001), rule)
    #expect(left == nil)
  }

  @Test mutating func `no more rooms are kept than the limit, and its own is among them`() {
    see("kitchen", 30)
    for number in 0..<100 { see("far \(number)", 40 + Double(number)) }
    #expect(sightings.rooms == rule.maxRooms)
    #expect(see("far", 99) == "kitchen")
    #expect(see("near", 1) == "near")
  }
}
