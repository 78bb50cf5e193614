import Testing

/// Every input that is kept goes in as the fuzzers let it in, and nothing comes of it.
@Suite(.serialized) struct CorpusTests {
  private static let inputs: [(target: any Target.Type, name: String, bytes: [UInt8])] =
    Targets.all.flatMap { target in
      (try? Corpus.inputs(of: target))?.map { (target, $0.name, $0.bytes) } ?? []
    }

  @Test func `every kept input is taken without a fault`() {
    for (target, name, bytes) in Self.inputs {
      do { try target.run(bytes) } catch {
        Issue.record("\(target.name)/\(name): \(error)")
      }
    }
  }

  @Test func `every target has inputs that are kept`() throws {
    for target in Targets.all {
      #expect(try !Corpus.inputs(of: target).isEmpty, "\(target.name)")
    }
  }
}
