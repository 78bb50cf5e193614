import TestSupport
import Testing

/// All that takes a browser: one at a time, because each wants the whole machine. Passed over where there is no
/// Chromium, which `Tests/run` says.
@Suite(.serialized, .enabled(if: Browser.isInstalled, "there is no Chromium"))
enum InABrowser {}
