import Presence
import Testing

@testable import Bridge

/// Behaviour 7: when a room that changed is published next.
@Suite struct PublishScheduleTests {
  private let start = Instant(nanoseconds: 5_000_000_000)

  /// A room that was just published for the first time, from empty to occupied.
  private func published(_ interval: Duration) -> PublishSchedule {
    var schedule = PublishSchedule(interval: interval)
    schedule.note(0, isEdge: true, at: start)
    #expect(schedule.pop(at: start) { _ in true } == 0)
    return schedule
  }

  private func after(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }

  @Test func `a room noted as an edge that is none any more waits for its interval`() {
    var schedule = published(.milliseconds(700))
    schedule.note(0, isEdge: true, at: after(20))
    schedule.note(0, isEdge: false, at: after(50))
    #expect(schedule.nextTime == after(100))
    #expect(schedule.pop(at: after(100)) { _ in false } == nil)
    #expect(schedule.nextTime == after(700))
    #expect(schedule.pop(at: after(699)) { _ in false } == nil)
    #expect(schedule.pop(at: after(700)) { _ in false } == 0)
  }

  @Test func `a room that has become an edge since it was noted is held to ten a second`() {
    var schedule = published(.milliseconds(30))
    schedule.note(0, isEdge: false, at: after(10))
    #expect(schedule.pop(at: after(30)) { _ in true } == nil)
    #expect(schedule.nextTime == after(100))
    #expect(schedule.pop(at: after(99)) { _ in true } == nil)
    #expect(schedule.pop(at: after(100)) { _ in true } == 0)
  }

  @Test func `an edge goes before the interval, other changes after it`() {
    var schedule = published(.milliseconds(700))
    schedule.note(0, isEdge: false, at: after(50))
    #expect(schedule.nextTime == after(700))
    schedule.note(0, isEdge: true, at: after(60))
    #expect(schedule.pop(at: after(99)) { _ in true } == nil)
    #expect(schedule.pop(at: after(100)) { _ in true } == 0)
    // What was noted first is out of date.
    #expect(schedule.pop(at: after(700)) { _ in false } == nil)
  }
}
