import Foundation
import TestSupport
import Testing

extension InABrowser {
  /// Who may see what on the page, with the repository's ACL.
  @Suite struct PageLoginTests {
    private let broker: TestBroker
    private let address: String

    init() throws {
      let port = try TestPort.free()
      let acl = try String(
        contentsOf: BrokerConfig.folder.appendingPathComponent("acl"), encoding: .utf8)
      let limits = try BrokerConfig.limits()
      broker = try TestBroker {
        $0.users = ["rollcall": "rollcall", "dashboard": "pass: word"]
        $0.acl = acl
        $0.extraLines = PageStage.listener(port) + limits + ["allow_anonymous true"]
      }
      address = "http://127.0.0.1:\(port)/"
      try broker.retain(
        [
          ("bridge/status", "online"), ("count/lab", "1"),
          ("occupancy/lab", #"{"room":"lab","count":1,"members":[{"client":"phone"}]}"#),
        ], as: "rollcall")
    }

    private func openLab(_ tab: Tab) throws {
      try tab.wait(for: "the room", "page.view.shown?.length === 1")
      _ = try tab.value(of: "\(PageStage.row("lab")).element.click()")
    }

    @Test func theAddressLogsInAndForgetsThePassword() throws {
      let tab = try InABrowser.browser.open("\(address)#dashboard:pass%3A%20word")
      try openLab(tab)
      try tab.wait(for: "the member", "byID('room').innerText.includes('phone')")
      #expect(try tab.text(of: "location.href") == address)
      _ = try tab.value(of: "location.reload()")
      try tab.wait(
        for: "the login kept", "document.querySelector('#who-reads')?.textContent === 'dashboard'")
      try tab.wait(
        for: "the room again", "typeof page === 'object' && page.view.shown?.length === 1")
      #expect(tab.complaints == [])
    }

    @Test func withoutALoginThereAreCountsAndNoMembers() throws {
      let tab = try InABrowser.browser.open(address)
      try tab.wait(for: "the form", "!byID('login').hidden && byID('board').inert")
      #expect(try tab.text(of: "byID('trouble').textContent") == "")
      _ = try tab.value(of: "document.querySelector('[value=nobody]').click()")
      try openLab(tab)
      try tab.wait(for: "the count", "\(PageStage.row("lab")).total === 1")
      try tab.wait(for: "the word", "byID('room').innerText.includes('not for this login')")
      try tab.wait(for: "the broker's no", "page.questions.isUnheard")
      try pinged(tab)
      #expect(try !tab.text(of: "document.body.innerText").contains("phone"))
      #expect(tab.complaints == [])
    }

    /// As Mosquitto 2.0.11 does without a limit of messages.
    @Test func aBrokerThatCutsOffWhoAsksIsNotAskedAgain() throws {
      let port = try TestPort.free()
      let acl = try String(
        contentsOf: BrokerConfig.folder.appendingPathComponent("acl"), encoding: .utf8)
      let broker = try TestBroker {
        $0.users = ["rollcall": "rollcall"]
        $0.acl = acl
        $0.extraLines =
          PageStage.listener(port) + ["allow_anonymous true", "max_queued_messages 0"]
      }
      try broker.retain([("bridge/status", "online"), ("count/lab", "1")], as: "rollcall")
      let tab = try InABrowser.browser.open("http://127.0.0.1:\(port)/#:")
      try tab.wait(for: "the broker's no", "page.questions.isUnheard")
      try tab.wait(for: "a live page", "document.body.dataset.fresh === 'true'")
      try openLab(tab)
      try tab.wait(for: "the word", "byID('room').innerText.includes('not for this login')")
      try pinged(tab)
    }

    /// The connection stands, and has not been made anew.
    private func pinged(_ tab: Tab) throws {
      let ping = "new Promise((resolve) => page.feed.connection?.ping(() => resolve(true)))"
      #expect(try tab.isTrue("Promise.race([\(ping), pause(5000).then(() => false)])"))
      #expect(try tab.text(of: "page.health.link") == "open")
    }

    @Test func aWrongPasswordIsSaidToBeOne() throws {
      let tab = try InABrowser.browser.open("\(address)#dashboard:wrong")
      try tab.wait(
        for: "the refusal", "document.querySelector('#login .complaint').innerText !== ''")
      #expect(
        try tab.text(of: "document.querySelector('#login .complaint').innerText")
          == "The broker says: the user or the password is wrong.")
      #expect(try tab.isTrue("byID('board').inert && !byID('login').hidden"))
      _ = try tab.value(
        of: """
          byID('login').elements.password.value = 'pass: word';
          byID('login').requestSubmit(document.querySelector('[value=login]'))
          """)
      try tab.wait(for: "the page", "document.body.dataset.fresh === 'true'")
      #expect(try tab.isTrue("byID('login').hidden"))
    }

    @Test func loggingOutShowsTheForm() throws {
      let tab = try InABrowser.browser.open("\(address)#dashboard:pass%3A%20word")
      try tab.wait(for: "the page", "document.body.dataset.fresh === 'true'")
      _ = try tab.value(of: "byID('leave').click()")
      try tab.wait(
        for: "the form",
        "typeof page === 'object' && !byID('login').hidden && page.tree.nodes.size === 0")
      #expect(try tab.isTrue("sessionStorage.length === 0"))
    }

    /// Connects as the bridge and answers every question with an empty object, and as somebody who eavesdrops.
    private static let answering = """
      globalThis.overheard = [];
      const as = (clientID, login, filter, message) => new Promise((resolve) => {
        const connection = new MQTTConnection(page.feed.url, { clientID, ...login }, {
          opened: () => { connection.subscribe(filter); connection.ping(() => resolve(connection)); },
          ended: () => {}, message: (heard) => message(connection, heard),
        });
      });
      const bridgeLogin = { username: "rollcall", password: "rollcall" };
      Promise.all([
        as("bridge", bridgeLogin, "presence/query", (bridge, { responseTopic, correlation }) => {
          bridge.publish(responseTopic, "{}", { correlation });
        }),
        as("eavesdropper", page.feed.login, "presence/answers/#", (_, { topic }) => {
          overheard.push(topic);
        }).then((connection) => globalThis.eavesdropper = connection),
      ]).then(() => {})
      """

    @Test func onlyWhoMayReadMembersMayAskAndOnlyWhoAskedHearsTheAnswer() throws {
      let question = "page.questions.ask({}).then(() => 'answered', (error) => error.message)"
      let tab = try InABrowser.browser.open("\(address)#dashboard:pass%3A%20word")
      try tab.wait(for: "the page", "document.body.dataset.fresh === 'true'")
      _ = try tab.value(of: "page.questions.wantHistory = () => {}")
      _ = try tab.value(of: Self.answering)
      _ = try tab.value(of: "page.questions.tryAgain()")
      #expect(try tab.text(of: question) == "answered")
      let heard = "new Promise((resolve) => eavesdropper.ping(() => resolve(overheard.length)))"
      #expect(try tab.number(heard) == 0)
      let nobody = try InABrowser.browser.open("\(address)#:")
      try nobody.wait(for: "the page", "document.body.dataset.fresh === 'true'")
      _ = try nobody.value(of: "page.questions.wantHistory = () => {}; page.questions.tryAgain()")
      #expect(try nobody.text(of: question) == "this login may not ask")
    }
  }
}
