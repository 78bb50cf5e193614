import TestSupport
import Testing

/// All that takes a browser, in one for all and one at a time, because each wants the whole machine. Passed over where
/// there is no Chromium, which `Tests/run` says.
@Suite(.serialized, .enabled(if: Browser.isInstalled, "there is no Chromium"), OneBrowser())
enum InABrowser {
  /// The browser of the tests that run now.
  static var browser: Browser {
    get throws {
      guard let browser = OneBrowser.current else { throw TestFailure("no browser was started") }
      return browser
    }
  }
}

/// Starts a browser before the first test of a suite and ends it after the last.
private struct OneBrowser: SuiteTrait, TestScoping {
  @TaskLocal static var current: Browser?

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Self.$current.withValue(Browser()) { try await function() }
  }
}
