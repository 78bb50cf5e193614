import Foundation
import TestSupport
import Testing

extension InABrowser {
  /// The page's scripts by themselves, in a browser: the sentences in `scripts/*-tests.js`.
  @Suite struct ScriptTests {
    @Test(arguments: [
      ("mqtt-tests.js", ["mqtt.js"]), ("health-tests.js", ["health.js"]),
      ("model-tests.js", ["words.js", "trace.js", "rooms.js", "lines.js", "snapshot.js"]),
    ])
    func everySentenceHolds(tests: String, scripts: [String]) throws {
      let tab = try InABrowser.browser.open("about:blank")
      for script in scripts { _ = try tab.value(of: Self.read("broker-config/www/\(script)")) }
      for script in ["harness.js", tests] {
        _ = try tab.value(of: Self.read("Tests/ProgramTests/Page/scripts/\(script)"))
      }
      let sentences = try tab.value(of: "[...tests.keys()]") as? [String] ?? []
      #expect(sentences.count >= 10)
      for sentence in sentences {
        let quoted = String(decoding: try JSONEncoder().encode(sentence), as: UTF8.self)
        do {
          _ = try tab.value(of: "Promise.resolve().then(tests.get(\(quoted)))")
        } catch {
          Issue.record("\(tests): \(sentence): \(error)")
        }
      }
    }

    private static func read(_ path: String) throws -> String {
      try String(contentsOf: PageStage.repository.appendingPathComponent(path), encoding: .utf8)
    }
  }
}
