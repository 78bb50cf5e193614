import TestSupport
import Testing

extension InABrowser {
  /// What the page says when what it shows is not how it is.
  @Suite struct PageHealthTests {
    private let trouble = "byID('trouble').textContent"
    private let age = "byID('age').textContent"

    @Test func theBannerComesWhenTheBridgeIsKilledAndGoesWhenItIsBack() throws {
      let stage = try PageStage()
      let phone = try stage.site.device("phone")
      try phone.join("lab")
      try stage.wait(forRow: "lab", count: 1)
      #expect(try stage.tab.text(of: trouble) == "")
      try stage.site.bridge.kill()
      try stage.wait(for: "the banner", "\(trouble) === 'The bridge is offline.'")
      #expect(try stage.tab.text(of: age).contains(" last confirmed "))
      #expect(try stage.tab.isTrue("byID('banner').getBoundingClientRect().height > 20"))
      let row = PageStage.row("lab")
      #expect(try stage.tab.text(of: "\(row).element.ariaLabel").hasSuffix("out of date"))
      let decoration = "getComputedStyle(\(row).count).textDecorationLine"
      #expect(try stage.tab.text(of: decoration) == "line-through")
      let tablet = try stage.site.device("tablet")
      try tablet.join("lab")
      try stage.site.bridge.start()
      try stage.waitUntilLive()
      try stage.wait(forRow: "lab", count: 2)
      #expect(try stage.tab.text(of: trouble) == "")
      #expect(try stage.tab.text(of: decoration) == "none")
      #expect(try stage.tab.isTrue("byID('banner').getBoundingClientRect().height === 0"))
      stage.expectNoComplaints()
    }

    @Test func aPageOpenedWithoutABridgeTellsTheAgeOfWhatItFinds() throws {
      let stage = try PageStage()
      let phone = try stage.site.device("phone")
      try phone.join("lab")
      try stage.wait(forRow: "lab", count: 1)
      try stage.site.wait(forStats: "the room") { ($0.presences) == 1 }
      try stage.site.bridge.stop()
      let late = try InABrowser.browser.open("\(stage.address)#:")
      try late.wait(for: "the room", "page.tree.root.total === 1")
      try late.wait(for: "the banner", "\(trouble) === 'The bridge is offline.'")
      #expect(try late.text(of: age).contains(" last confirmed "))
      #expect(try late.isTrue("document.body.dataset.fresh === 'false'"))
      #expect(try late.isTrue("page.tree.root.trace.points(Date.now()).every((each) => !each)"))
    }

    /// As after a loss of power: the broker is back with what it keeps, the bridge is not.
    @Test func anOnlineThatWasKeptOfABridgeThatIsGoneIsNotBelieved() throws {
      let stage = try PageStage()
      let stats = try #require(try stage.site.retained()["bridge/stats"]).text
      try stage.site.bridge.stop()
      let old = stats.replacing(/"at":"[^"]*"/, with: #""at":"2026-01-01T00:00:00.000Z""#)
      try stage.site.broker.retain([
        ("bridge/stats", old), ("bridge/status", "online"), ("count/lab", "4"),
      ])
      let late = try InABrowser.browser.open("\(stage.address)#:")
      try late.wait(for: "the room", "page.tree.root.total === 4")
      try late.wait(
        for: "the banner", "\(trouble) === 'Nothing has been heard of the bridge yet.'")
      #expect(try late.isTrue("document.body.dataset.fresh === 'false'"))
      #expect(try late.text(of: age).contains(" last confirmed "))
      try stage.site.bridge.start()
      try late.wait(for: "a live page", "document.body.dataset.fresh === 'true'")
    }

    @Test func theBannerComesWhenTheBrokerIsGoneAndWhatWentMeanwhileIsGone() throws {
      let stage = try PageStage()
      let phone = try stage.site.device("phone")
      for room in ["lab", "hall"] { try phone.join(room) }
      try stage.wait(for: "both", "page.tree.root.total === 2")
      try stage.site.broker.kill()
      try stage.wait(for: "the banner", "\(trouble).startsWith('The broker is unreachable: ')")
      #expect(try stage.tab.number("page.tree.root.total") == 2)
      try stage.site.bridge.kill()
      try stage.site.broker.start()
      try stage.site.broker.retain([("bridge/status", "online")])
      try stage.wait(
        for: "doubt", "\(trouble) === 'Nothing has been heard of the bridge yet.'")
      try stage.site.broker.retain([("count/lab", "4")])
      try stage.waitUntilLive()
      try stage.wait(
        for: "what is there", "page.tree.root.total === 4 && page.tree.root.rooms === 1")
      stage.expectNoComplaints { $0.contains("WebSocket") }
    }

    /// As on a machine without a clock of its own.
    @Test(arguments: [-3_600_000, 3_600_000])
    func aBrowserWhoseClockIsWrongTellsTheTimesOfTheBridge(milliseconds: Int) throws {
      let stage = try PageStage()
      try stage.site.device("phone").join("lab")
      try stage.wait(forRow: "lab", count: 1)
      let tab = try InABrowser.browser.open("about:blank")
      try tab.call(
        "Page.addScriptToEvaluateOnNewDocument",
        ["source": "{ const now = Date.now; Date.now = () => now() + \(milliseconds); }"])
      try tab.go(to: "\(stage.address)#:")
      try tab.wait(for: "the room", "\(PageStage.row("lab"))?.total === 1")
      _ = try tab.value(of: "\(PageStage.row("lab")).element.click()")
      try tab.wait(for: "a live page", "document.body.dataset.fresh === 'true'")
      try tab.wait(
        for: "since when",
        "/^for ([1-9]|\\d\\d) s$/.test(document.querySelector('.since')?.textContent)")
      try tab.wait(
        for: "the past", "page.tree.nodes.get('lab').trace.points(Date.now()).at(-1) !== null")
    }

    @Test func aClockThatIsSetBackStopsNothing() throws {
      let stage = try PageStage()
      _ = try stage.tab.value(
        of: "{ const now = Date.now; Date.now = () => now() - (globalThis.back ?? 0); }")
      try stage.site.device("phone").join("lab")
      try stage.wait(for: "an event", "byID('events').innerText.includes('phone joined')")
      _ = try stage.tab.value(of: "globalThis.back = 3600000")
      try stage.site.device("lamp").join("lab")
      try stage.wait(for: "the next", "byID('events').innerText.includes('lamp joined')")
      try stage.wait(
        for: "the end of movement", "\(PageStage.row("lab")).delta.textContent === ''")
    }

    @Test func aBrokerThatHangsIsNoticed() throws {
      let stage = try PageStage()
      stage.site.broker.pause()
      try stage.wait(
        for: "the banner", "\(trouble).startsWith('The broker is unreachable: no answer')",
        limit: .seconds(40))
      stage.site.broker.resume()
      try stage.waitUntilLive()
    }

    @Test func aBridgeThatHangsIsNoticed() throws {
      let stage = try PageStage()
      try stage.wait(for: "an interval of stats", "page.health.statsAt > 0")
      stage.site.bridge.pause()
      try stage.wait(
        for: "the banner", "\(trouble).startsWith('The bridge is ')", limit: .seconds(40))
      stage.site.bridge.resume()
      try stage.waitUntilLive()
    }
  }
}
