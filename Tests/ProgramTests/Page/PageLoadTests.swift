import MQTT
import TestSupport
import Testing

extension InABrowser {
  /// The page with many rooms, and with much that changes.
  @Suite struct PageLoadTests {
    private static let rooms = 5000
    private static let rounds = 40

    /// The longest that the page's main thread was not to be had, in milliseconds, since it was told to watch.
    private static let watch = """
      globalThis.longest = 0;
      new PerformanceObserver((list) => {
        for (const each of list.getEntries()) longest = Math.max(longest, each.duration);
      }).observe({ entryTypes: ["longtask"] });
      """

    private func publish(_ client: TestClient, _ messages: [(String, String, Bool)]) throws {
      guard let connection = client.connection else { throw TestFailure("not connected") }
      var last: Int32 = 0
      for (topic, text, retain) in messages {
        last = try connection.publish(
          "presence/\(topic)", Array(text.utf8), qos: .atLeastOnce, retain: retain)
      }
      try client.wait(for: "PUBACK", limit: .seconds(60)) { $0.acknowledged[last] != nil }
    }

    private func room(_ number: Int) -> String {
      "building-\(number / 100)/floor-\(number % 100 / 10)/room-\(number)"
    }

    @Test(.timeLimit(.minutes(3)))
    func fiveThousandRoomsAndBurstsOfAThousandChangesStayResponsive() throws {
      let port = try TestPort.free()
      let broker = try TestBroker {
        $0.extraLines = PageStage.listener(port) + ["max_queued_messages 0"]
      }
      let bridge = TestClient(broker, id: "bridge")
      try bridge.connect()
      let rooms = (0..<Self.rooms).map(room)
      try publish(
        bridge, rooms.map { ("count/\($0)", "1", true) } + [("bridge/status", "online", true)])
      let tab = try InABrowser.browser.open("http://127.0.0.1:\(port)/#:")
      try tab.wait(for: "all rooms", limit: .seconds(60), "page.tree.root.total === \(Self.rooms)")
      try tab.wait(for: "a live page", "document.body.dataset.fresh === 'true'")
      _ = try tab.value(of: Self.watch)
      _ = try tab.value(
        of:
          "for (const node of page.tree.nodes.values()) page.lines.toggle(node, true); page.changed()"
      )
      for round in 0..<Self.rounds {
        let batch = (0..<250).map { rooms[(round * 250 + $0) % Self.rooms] }
        try publish(
          bridge, batch.flatMap { [event($0, round), ("count/\($0)", "\(round + 2)", true)] })
        _ = try tab.value(of: "page.view.element.scrollTop += 2000; page.lines.sorting = 'change'")
      }
      try publish(bridge, rooms.map { ("count/\($0)", "3", true) })
      try tab.wait(
        for: "the last counts", limit: .seconds(60), "page.tree.root.total === \(3 * Self.rooms)")
      try expectAllRoomsAreHeardBeforeThePing(tab)
      #expect(try tab.number("page.view.rows.length") < 100)
      let shown = "page.view.rows.filter((row) => !row.element.hidden).length"
      #expect(try tab.number(shown) > 10)
      #expect(try tab.number("longest") < 1000)
      #expect(tab.complaints == [])
    }

    /// A reconnect takes away what it did not hear of, at the answer to a ping: that has to come last.
    private func expectAllRoomsAreHeardBeforeThePing(_ tab: Tab) throws {
      let heard = """
        new Promise((resolve) => {
          const { tree } = page;
          tree.sweep = (now) => { resolve(tree.seen.size); RoomTree.prototype.sweep.call(tree, now); };
          page.feed.connect(page.feed.login);
        })
        """
      #expect(try tab.number(heard) == Double(Self.rooms))
      #expect(try tab.number("page.tree.root.rooms") == Double(Self.rooms))
    }

    private func event(_ room: String, _ round: Int) -> (String, String, Bool) {
      let text =
        #"{"room":"\#(room)","count":1,"added":[{"client":"c-\#(round)","reason":"joined"}]}"#
      return ("events/\(room)", text, false)
    }
  }
}
