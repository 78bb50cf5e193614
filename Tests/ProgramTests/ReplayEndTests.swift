import Testing

@testable import rollcall

@Suite struct ReplayEndTests {
  @Test func nothingIsOverBeforeTheMarkerIsAcknowledged() {
    var end = ReplayEnd()
    #expect(!end.isOver(at: .seconds(60)))
    end.heard(isMarker: true, at: .seconds(1))
    #expect(!end.isOver(at: .seconds(60)))
    #expect(end.deadline == nil)
  }

  @Test func theMarkerBehindTheAcknowledgementEndsItAtOnce() {
    var end = ReplayEnd()
    end.markerAcknowledged(at: .seconds(1))
    #expect(!end.isOver(at: .seconds(1)))
    end.heard(isMarker: true, at: .seconds(1))
    #expect(end.isOver(at: .seconds(1)))
  }

  @Test func withoutAMarkerAQuietTimeEndsIt() {
    var end = ReplayEnd()
    end.markerAcknowledged(at: .seconds(1))
    end.heard(isMarker: false, at: .milliseconds(1200))
    #expect(!end.isOver(at: .milliseconds(1499)))
    #expect(end.isOver(at: .milliseconds(1500)))
  }
}
