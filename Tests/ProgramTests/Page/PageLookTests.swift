import TestSupport
import Testing

extension InABrowser {
  /// What can be measured of how the page looks.
  @Suite struct PageLookTests {
    /// The contrast of two colours of the style sheet, as WCAG 2.2 defines it.
    private static let contrast = """
      (one, other) => {
        const luminance = (name) => {
          const value = getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
          const parts = [1, 3, 5].map((at) => parseInt(value.slice(at, at + 2), 16) / 255);
          const [r, g, b] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
      }
      """

    @Test(arguments: ["light", "dark"])
    func textStandsOutFromItsGround(scheme: String) throws {
      let stage = try PageStage()
      try stage.tab.call(
        "Emulation.setEmulatedMedia",
        ["features": [["name": "prefers-color-scheme", "value": scheme]]])
      let texts = ["text", "quiet", "accent", "up", "down"]
      let pairs = texts.flatMap { text in ["ground", "card", "chosen"].map { (text, $0) } }
      for (text, ground) in pairs + [("alarm-text", "alarm"), ("card", "accent")] {
        let ratio = try stage.tab.number("(\(Self.contrast))('\(text)', '\(ground)')")
        #expect(ratio >= 4.5, "\(text) on \(ground)")
      }
    }

    @Test func nothingIsCutOffOnAPhoneAndTheBannerIsNeverCovered() throws {
      let stage = try PageStage(width: 360, height: 640)
      let phone = try stage.site.device("phone")
      try phone.join("house/kitchen")
      try stage.wait(forRow: "house/kitchen", count: 1)
      try stage.open("house/kitchen")
      try stage.wait(for: "the member", "byID('room').innerText.includes('phone')")
      #expect(try stage.tab.isTrue("document.documentElement.scrollWidth <= innerWidth"))
      #expect(try stage.tab.isTrue("byID('room').getBoundingClientRect().width === innerWidth"))
      try stage.site.bridge.kill()
      try stage.wait(for: "the banner", "byID('trouble').textContent !== ''")
      let covering = "document.elementFromPoint(180, 10).closest('#banner') !== null"
      #expect(try stage.tab.isTrue(covering))
    }

    @Test func aScreenReaderFindsATreeWithItsLevels() throws {
      let stage = try PageStage()
      let phone = try stage.site.device("phone")
      try phone.join("house/kitchen")
      try stage.wait(forRow: "house/kitchen", count: 1)
      try stage.tab.call("Accessibility.enable")
      let nodes = try stage.tab.call("Accessibility.getFullAXTree")["nodes"] as? [[String: Any]]
      func word(_ node: [String: Any], _ key: String) -> String {
        (node[key] as? [String: Any])?["value"] as? String ?? ""
      }
      let items = (nodes ?? []).filter { word($0, "role") == "treeitem" }.map { word($0, "name") }
      #expect(items == ["house, 1 present", "kitchen, 1 present"])
      #expect((nodes ?? []).contains { word($0, "role") == "alert" })
      #expect((nodes ?? []).contains { word($0, "role") == "tree" && word($0, "name") == "Rooms" })
    }
  }
}
