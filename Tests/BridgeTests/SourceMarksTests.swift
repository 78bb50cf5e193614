import Testing

@testable import Bridge

/// What is remembered of sources from run to run.
@Suite struct SourceMarksTests {
  private static let kept = SourceMarks([("a", "x/+/LWT"), ("a", "y/+"), ("b", "z/+")]).filters

  @Test func `a namespace is dropped once none of its topics is read any more`() {
    var marks = SourceMarks([("a", "y/+"), ("b", "w/+")])
    #expect(marks.dropped(in: Self.kept + ["presence/clients/+/status"]) == ["b"])
    var none = SourceMarks([])
    #expect(none.dropped(in: Self.kept) == ["a", "b"])
    var same = SourceMarks([("b", "z/+"), ("a", "y/+"), ("a", "x/+/LWT")])
    #expect(same.dropped(in: Self.kept) == [])
    #expect(same.dropped(in: []) == [])
  }

  @Test func `the topics of another namespace are none of its own`() {
    var marks = SourceMarks([("c", "z/+")])
    #expect(marks.dropped(in: ["$rollcall/source/b/z/+"]) == ["b"])
  }

  @Test func `what was dropped is kept until that is done`() {
    var marks = SourceMarks([("a", "y/+")])
    _ = marks.dropped(in: Self.kept)
    #expect(marks.filters == ["$rollcall/source/a/y/+", "$rollcall/source/b/z/+"])
    marks.forgetOld()
    #expect(marks.filters == ["$rollcall/source/a/y/+"])
  }
}
