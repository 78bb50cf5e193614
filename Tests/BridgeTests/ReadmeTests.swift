import Foundation
import Testing

@testable import Bridge
@testable import Dialects

@Suite("The README")
struct ReadmeTests {
  /// The fenced blocks that are configurations of sources.
  private func blocks() throws -> [String] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../README.md")
    let text = try String(contentsOf: path, encoding: .utf8)
    return text.split(separator: "```").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
      .filter { $0.hasPrefix("source ") && !$0.contains(" (line ") }
  }

  @Test("has a ready block for each system, and each is a good configuration")
  func ready() throws {
    let blocks = try blocks()
    for block in blocks { #expect(problems(block) == [], "\(block)") }
    let names = try blocks.flatMap { try parsed($0).sources }.map(\.name)
    #expect(Set(names) == Set(Presets.names + ["doors"]))
  }

  @Test("shows the defaults in the ready blocks")
  func defaults() throws {
    // The first block is the example of all keys.
    for block in try blocks().dropFirst() {
      let source = try #require(try parsed(block).sources.first)
      let bare = Source(name: source.name, namespace: source.namespace)
      let written = try #require(Presets.make(source, SourceRules()))
      let left = try #require(Presets.make(bare, SourceRules()))
      #expect(written.topics.map(\.pattern) == left.topics.map(\.pattern), "\(block)")
      #expect(source.room == left.defaults.room, "\(block)")
      if let timeout = source.timeout { #expect(timeout == left.defaults.timeout, "\(block)") }
      #expect(source.isExclusive ?? false == left.defaults.isExclusive, "\(block)")
    }
  }
}
