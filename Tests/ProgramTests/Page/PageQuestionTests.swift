import TestSupport
import Testing

extension InABrowser {
  /// What the page asks the bridge, with an answer and without.
  @Suite struct PageQuestionTests {
    /// A second client in the page that answers as a bridge would: by `answers`, a function of the question.
    private func answer(_ stage: PageStage, _ answers: String) throws {
      _ = try stage.tab.value(
        of: """
          globalThis.questions = [];
          new Promise((resolve) => {
            const bridge = new MQTTConnection(page.feed.url, { clientID: "answers" }, {
              opened: () => { bridge.subscribe("presence/query"); bridge.ping(resolve); },
              ended: () => {},
              message: ({ payload, responseTopic, correlation }) => {
                const question = JSON.parse(new TextDecoder().decode(payload));
                questions.push(question);
                const text = JSON.stringify((\(answers))(question));
                bridge.publish(responseTopic, text, { correlation });
              },
            });
          });
          """)
    }

    /// Another bridge in the place of ours, which would answer as well: its session, with what it listens to, ends.
    private func fill(_ stage: PageStage) throws {
      #expect(try stage.site.bridge.stop() == .code(0))
      let bridge = TestClient(stage.site.broker, id: "rollcall-presence")
      try bridge.connect()
      try bridge.publish("presence/bridge/status", "online", retain: true)
      try bridge.publish("presence/count/hall", "3", retain: true)
      try bridge.publish(
        "presence/occupancy/hall",
        #"{"room":"hall","count":3,"truncated":true,"members":[{"client":"a","user":"ann"}]}"#,
        retain: true)
      try stage.wait(forRow: "hall", count: 3)
    }

    @Test func ourBridgeAnswers() throws {
      let stage = try PageStage(["members_limit": "1"])
      for name in ["ann", "bob", "carl"] { try stage.site.device(name).join("hall") }
      try stage.wait(forRow: "hall", count: 3)
      try stage.open("hall")
      try stage.wait(for: "the button", "!byID('room').querySelector('.more').hidden")
      _ = try stage.tab.value(of: "byID('room').querySelector('.more').click()")
      try stage.wait(for: "all members", "byID('room').innerText.includes('carl')")
      try stage.wait(for: "an answer about the past", "page.questions.asked.has('hall')")
      #expect(try !stage.tab.isTrue("page.questions.isUnheard"))
      stage.expectNoComplaints()
    }

    @Test func withoutAnAnswerTheHourBeginsWhenThePageWasOpened() throws {
      let stage = try PageStage()
      try fill(stage)
      try stage.open("hall")
      try stage.wait(for: "the word", "byID('room').innerText.includes('known since ')")
      try stage.wait(for: "the question given up", "page.questions.isUnheard")
      try stage.wait(for: "the button", "!byID('room').querySelector('.more').hidden")
      _ = try stage.tab.value(of: "byID('room').querySelector('.more').click()")
      try stage.wait(
        for: "the reason", "byID('room').innerText.includes('cannot be shown: nobody answers')")
      stage.expectNoComplaints()
    }

    @Test func thePastComesFromTheBridge() throws {
      let stage = try PageStage()
      try answer(
        stage,
        """
        ({ history }) => ({ history: { room: history.room, step: 60, points:
          Array.from({ length: 61 }, (_, index) => ({ min: 1, max: 9, mean: 4,
            at: new Date(Date.now() - index * 60000).toISOString() })) } })
        """)
      try fill(stage)
      try stage.open("hall")
      try stage.wait(
        for: "the hour", "byID('room').innerText.includes('1 to 9 · in the last hour')")
      let question = try stage.tab.text(of: "JSON.stringify(questions[0])")
      #expect(question == #"{"history":{"room":"hall","since":"1h","step":"1m"}}"#)
      #expect(try stage.tab.number("questions.length") == 1)
    }

    @Test func moreMembersComeInPages() throws {
      let stage = try PageStage()
      try answer(
        stage,
        """
        ({ members }) => !members ? { error: "no history" } : { members: { room: members.room, count: 3,
          members: members.after.client === "a" ? [{ client: "b" }] : [{ client: "c", asleep: true }],
          more: members.after.client === "a" } }
        """)
      try fill(stage)
      try stage.open("hall")
      let names =
        "[...document.querySelectorAll('.member:not([hidden]) .client')].map((e) => e.textContent)"
      for list in ["a,b", "a,b,c"] {
        try stage.wait(for: "the button", "!byID('room').querySelector('.more').hidden")
        _ = try stage.tab.value(of: "byID('room').querySelector('.more').click()")
        try stage.wait(for: list, "\(names).join() === '\(list)'")
      }
      #expect(try stage.tab.isTrue("byID('room').querySelector('.more').hidden"))
      let asked = try stage.tab.text(
        of: "JSON.stringify(questions.filter((each) => each.members)[0])")
      #expect(
        asked == #"{"members":{"room":"hall","limit":100,"after":{"client":"a","user":"ann"}}}"#)
    }

    @Test func moreMembersStayWhileTheRoomChanges() throws {
      let stage = try PageStage(["members_limit": "1"])
      var devices: [Device] = []
      for name in ["b", "d", "e"] {
        devices.append(try stage.site.device(name))
        try devices.last?.join("hall")
      }
      try stage.wait(forRow: "hall", count: 3)
      try stage.open("hall")
      try stage.wait(for: "the button", "!byID('room').querySelector('.more').hidden")
      let names =
        "[...document.querySelectorAll('.member:not([hidden]) .client')].map((e) => e.textContent)"
      _ = try stage.tab.value(of: "byID('room').querySelector('.more').click()")
      try stage.wait(for: "all", "\(names).join() === 'b,d,e'")
      _ = try stage.tab.value(
        of: """
          globalThis.least = 9;
          new MutationObserver(() => { least = Math.min(least, \(names).length); })
            .observe(byID("room"), { subtree: true, childList: true, attributes: true, characterData: true });
          """)
      try stage.site.device("a").join("hall")
      try stage.wait(for: "who came first", "\(names)[0] === 'a'")
      try stage.wait(for: "everybody, read again", "\(names).join() === 'a,b,d,e'")
      try devices[1].leave("hall")
      try stage.wait(for: "one fewer", "\(names).join() === 'a,b,e'")
      #expect(try stage.tab.number("least") >= 3)
      stage.expectNoComplaints()
    }

    @Test func whatIsNoAnswerIsSaid() throws {
      let stage = try PageStage()
      try answer(stage, "() => ({ error: '<b>too many</b>' })")
      try fill(stage)
      try stage.open("hall")
      try stage.wait(for: "the button", "!byID('room').querySelector('.more').hidden")
      _ = try stage.tab.value(of: "byID('room').querySelector('.more').click()")
      try stage.wait(for: "the error", "byID('room').innerText.includes('<b>too many</b>')")
    }
  }
}
