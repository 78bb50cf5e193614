import TestSupport
import Testing

extension InABrowser {
  /// The page in a browser, against a broker, a bridge and devices.
  @Suite struct PageTests {
    /// Keeps what is said beside the counts, which is shown for a moment only.
    private static let rememberMovements = """
      globalThis.movements = new Set();
      new MutationObserver(() => {
        for (const each of document.querySelectorAll(".delta")) movements.add(each.textContent);
      }).observe(byID("tree"), { subtree: true, childList: true, characterData: true });
      """

    @Test func roomsAppearAsATreeAndTheirCountsMove() throws {
      let stage = try PageStage()
      let phone = try stage.site.device("phone")
      try phone.join("house/kitchen")
      try stage.wait(forRow: "house/kitchen", count: 1)
      let tablet = try stage.site.device("tablet")
      for room in ["house/kitchen", "house/hall"] { try tablet.join(room) }
      try stage.wait(forRow: "house/kitchen", count: 2)
      try stage.wait(forRow: "house", count: 3)
      let row = PageStage.row("house/kitchen")
      #expect(try stage.tab.text(of: "\(row).element.innerText").contains("2"))
      #expect(try stage.tab.text(of: "\(row).element.ariaLabel") == "kitchen, 2 present")
      #expect(try stage.tab.text(of: "byID('total').textContent") == "3")
      let sum = "The sum of the rooms: who is in two of them counts twice"
      #expect(try stage.tab.text(of: "\(PageStage.row("house")).count.title") == sum)
      #expect(try stage.tab.text(of: "\(row).count.title") == "")
      let isStill = "\(row).delta.textContent === ''"
      try stage.wait(for: "the movement gone", isStill)
      _ = try stage.tab.value(of: Self.rememberMovements)
      try phone.leave("house/kitchen")
      try stage.wait(forRow: "house/kitchen", count: 1)
      try stage.wait(for: "the movement", "movements.has('−1')")
      try stage.wait(for: "the movement gone", isStill)
      try stage.wait(for: "what changed", "byID('events').innerText.includes('phone left')")
      stage.expectNoComplaints()
    }

    @Test func aRoomThatIsClearedGoes() throws {
      let stage = try PageStage(["empty_room_ttl": "1s"])
      let phone = try stage.site.device("phone")
      try phone.join("brief")
      try stage.wait(forRow: "brief", count: 1)
      try stage.open("brief")
      try phone.leave("brief")
      try stage.wait(for: "no row", "page.view.shown.length === 0 && !byID('empty').hidden")
      try stage.wait(for: "the word", "byID('room').innerText.includes('This room is no more.')")
      stage.expectNoComplaints()
    }

    @Test func membersOpenWithTheirUserTimeAndData() throws {
      let stage = try PageStage()
      let phone = try stage.site.device("phone", user: "ann")
      try phone.say(#"{"state":"online","rooms":["lab"],"data":{"kind":"phone","battery":80}}"#)
      try stage.wait(forRow: "lab", count: 1)
      try stage.open("lab")
      try stage.wait(for: "the member", "byID('room').innerText.includes('phone')")
      let shown = try stage.tab.text(of: "byID('room').querySelector('.members').innerText")
      for word in ["phone", "ann", "for ", "kind", "battery", "80"] {
        #expect(shown.contains(word), "\(shown)")
      }
      let beacon = try stage.site.device("beacon")
      try beacon.join("lab")
      try stage.wait(for: "another", "byID('room').innerText.includes('beacon')")
      try stage.wait(for: "the sum", "byID('room').innerText.includes('1 user · 1 without a user')")
      _ = try stage.tab.value(of: "byID('close').click()")
      try stage.wait(for: "the panel closed", "byID('room').hidden")
      stage.expectNoComplaints()
    }

    @Test func whoIsAsleepIsShownAsAsleep() throws {
      let stage = try PageStage()
      let bridge = TestClient(stage.site.broker, id: "another-bridge")
      try bridge.connect()
      try bridge.publish("presence/count/den", "2", retain: true)
      try bridge.publish(
        "presence/occupancy/den",
        #"{"room":"den","count":2,"asleep":1,"members":[{"client":"cat","asleep":true},{"client":"dog"}]}"#,
        retain: true)
      try stage.wait(forRow: "den", count: 2)
      try stage.open("den")
      let asleep = "[...document.querySelectorAll('.member:not([hidden]) .asleep:not([hidden])')]"
      try stage.wait(for: "the cat", "\(asleep).length === 1")
      #expect(try stage.tab.text(of: "\(asleep)[0].parentNode.innerText").contains("cat"))
      #expect(try stage.tab.text(of: "byID('room').innerText").contains("1 asleep"))
    }

    @Test func hostileNamesStayText() throws {
      let stage = try PageStage()
      let names = [
        #"<img src=x onerror="window.hacked=1">"#, "\"'><script>window.hacked=1</script>",
        "&amp;&lt;b&gt;", "\u{202e}drowssap", "مرحبا", "👩‍👩‍👧‍👦 ${hacked} {{1}}", "__proto__",
      ]
      for (index, name) in names.enumerated() {
        let device = try stage.site.device("hostile-\(index)")
        let who = "presence/users/\(name)/clients/\(name)"
        let data = PageStage.quoted(name)
        let room = name.replacing("/", with: "|")
        let topic = who.replacing("</script>", with: "<script>")
        try device.client.publish(
          "\(topic)/rooms/all/\(room)", #"{"action":"join","data":{\#(data):\#(data)}}"#)
        try stage.wait(forRow: "all/\(room)", count: 1)
        #expect(try stage.tab.text(of: "\(PageStage.row("all/\(room)")).name.textContent") == room)
        try stage.open("all/\(room)")
        let member = "[...document.querySelectorAll('.member:not([hidden])')]"
        let client = name.replacing("</script>", with: "<script>")
        try stage.wait(
          for: "\(name) as text",
          "\(member).some((row) => row.querySelector('.client').textContent === "
            + "\(PageStage.quoted(client)) && row.querySelector('.value').textContent === \(data))")
      }
      try stage.wait(
        for: "events", "byID('events').querySelectorAll('li:not([hidden])').length >= 7")
      #expect(try stage.tab.isTrue("window.hacked === undefined"))
      #expect(try stage.tab.number("document.querySelectorAll('img, main script').length") == 0)
      stage.expectNoComplaints()
    }

    @Test func theFilterShowsWhatFits() throws {
      let stage = try PageStage()
      let phone = try stage.site.device("phone")
      for room in ["a/lab", "a/hall", "b/attic"] { try phone.join(room) }
      try stage.wait(for: "all rooms", "page.view.shown.length === 5")
      let events =
        "[...document.querySelectorAll('.event:not([hidden]) .link')].map((e) => e.innerText)"
      try stage.wait(for: "all events", "\(events).length === 3")
      _ = try stage.tab.value(
        of: "byID('filter').value = 'LAB'; byID('filter').dispatchEvent(new Event('input'))")
      try stage.wait(
        for: "one room", "page.view.shown.map((line) => line.node.name).join() === 'a,a/lab'")
      #expect(
        try stage.tab.number("page.view.rows.filter((row) => !row.element.hidden).length") == 2)
    }

    @Test func theKeyboardIsEnough() throws {
      let stage = try PageStage()
      let phone = try stage.site.device("phone")
      for room in ["a/one", "a/two", "b"] { try phone.join(room) }
      try stage.wait(for: "all rooms", "page.view.shown.length === 4")
      _ = try stage.tab.value(of: "byID('tree').focus()")
      let active = "document.getElementById(byID('tree').getAttribute('aria-activedescendant'))"
      func press(_ key: String, _ label: String, _ state: String? = nil) throws {
        try stage.tab.press(key)
        try stage.wait(for: "\(label) after \(key)", "\(active)?.ariaLabel.startsWith('\(label),')")
        if let state { try stage.wait(for: state, "\(active).ariaExpanded === '\(state)'") }
      }
      try press("ArrowDown", "a", "true")
      try press("ArrowLeft", "a", "false")
      try press("ArrowDown", "b")
      try press("Home", "a")
      try press("ArrowRight", "a", "true")
      try press("ArrowRight", "one")
      try press("ArrowDown", "two")
      #expect(try stage.tab.text(of: "\(active).ariaLevel") == "2")
      #expect(try stage.tab.text(of: "\(active).getAttribute('aria-posinset')") == "2")
      try stage.tab.press("Enter")
      try stage.wait(for: "its members", "byID('room').innerText.includes('phone')")
      try stage.tab.press("Escape")
      try stage.wait(for: "the panel closed", "byID('room').hidden")
      try press("ArrowLeft", "a")
      try press("End", "b")
    }
  }
}
