import Foundation
import TestSupport
import Testing

/// A broker that serves the page as `broker-config` says, a bridge, devices, and the page in a browser.
final class PageStage {
  static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  let site: Site
  let tab: Tab
  let address: String

  /// Waits until the page is live. It is read without a login, which on this broker may read all.
  init(_ settings: [String: String] = [:], width: Int = 1280, height: Int = 800) throws {
    let port = try TestPort.free()
    site = try Site(.v5, settings) { $0.extraLines += Self.listener(port) }
    address = "http://127.0.0.1:\(port)/"
    tab = try InABrowser.browser.open("\(address)#:", width: width, height: height)
    try waitUntilLive()
  }

  /// The lines of mosquitto.conf for the page's listener.
  static func listener(_ port: Int) -> [String] {
    let folder = repository.appendingPathComponent("broker-config/www").path
    return [
      "listener \(port) 127.0.0.1", "protocol websockets", "socket_domain ipv4",
      "http_dir \(folder)",
    ]
  }

  func waitUntilLive() throws {
    try wait(for: "a live page", "document.body.dataset.fresh === 'true'", limit: .seconds(30))
  }

  /// Waits until something holds in the page, while the devices do what is theirs.
  func wait(for what: String, _ expression: String, limit: Duration = .seconds(20)) throws {
    if try site.run(for: limit, until: { try tab.isTrue(expression) }) { return }
    let shown = try tab.text(of: "document.body.innerText")
    throw TestFailure(
      "waited in vain for \(what); the page shows:\n\(shown.prefix(3000))\n\(tab.complaints)")
  }

  func wait(forRow name: String, count: Int, limit: Duration = .seconds(20)) throws {
    try wait(for: "\(name) \(count)", "\(Self.row(name))?.total === \(count)", limit: limit)
  }

  /// Clicks on the row of a room or a level.
  func open(_ name: String) throws {
    _ = try tab.value(of: "\(Self.row(name)).element.click()")
  }

  /// The row that shows a node, as JavaScript.
  static func row(_ name: String) -> String {
    "page.view.rows.find((row) => row.line?.node.name === \(quoted(name)))"
  }

  /// A text as a literal of JavaScript.
  static func quoted(_ text: String) -> String {
    String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
  }

  /// The page threw nothing and broke no rule of its policy. A lost WebSocket is an error to the browser, and
  /// to be expected where a broker went away.
  func expectNoComplaints(_ isExpected: (String) -> Bool = { _ in false }) {
    #expect(tab.complaints.filter { !isExpected($0) } == [])
  }
}
