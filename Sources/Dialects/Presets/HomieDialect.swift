import Presence
import Topics

/// Homie 4 (`homie/DEVICE/$state`) and 5 (`homie/5/DEVICE/$state`), retained.
///
/// In Homie 5 a device may be the child of others, as the retained `$description` says. Only the root of such a tree
/// has a will, so a child's `$state` is worth nothing once its root is lost: the root is the gateway of the whole tree.
/// State and description come in either order; the state is said again when the description changes whose child it is.
struct HomieDialect: Dialect {
  let topics: [DialectTopic]
  let defaults = DialectDefaults(room: "homie", confirmation: .seconds(5 * 60))
  private var tree = HomieTree()

  private static let words = OnOffWords(
    online: ["init", "ready", "alert"], offline: ["disconnected", "lost"], asleep: ["sleeping"])

  init(prefix: String?) {
    let prefix = prefix ?? "homie"
    topics = [
      DialectTopic(pattern: "\(prefix)/{client}/$state"),
      DialectTopic(pattern: "\(prefix)/5/{client}/$state"),
      DialectTopic(pattern: "\(prefix)/5/{client}/$description"),
    ]
  }

  mutating func read(_ message: DialectMessage, topic: Int, _ listener: some DialectListener) {
    guard let client = message.levels.first else { return }
    if topic == 2 { return describe(client, message.payload, listener) }
    guard let word = Self.words.read(message.payload) else {
      return listener.isInvalid("a $state that Homie does not have")
    }
    if topic == 1 { tree.note(message.payload, of: Array(client)) }
    say(word, of: client, listener)
    if case .forgotten = word { tree.forget(Array(client)) }
  }

  private func say(
    _ word: Saying.Word, of client: UnsafeRawBufferPointer, _ listener: some DialectListener
  ) {
    var saying = Saying(client, word)
    let name = Array(client)
    saying.isGateway = tree.isRoot(name)
    guard let root = tree.root(of: name) else { return listener.hear(saying) }
    root.withUnsafeBytes {
      saying.gateway = $0
      listener.hear(saying)
    }
  }

  private mutating func describe(
    _ client: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer,
    _ listener: some DialectListener
  ) {
    guard let root = HomieTree.root(named: payload) else {
      return listener.isInvalid("a $description that is no JSON object, or too long")
    }
    let name = Array(client)
    let newRoot = root.isEmpty || root == name ? nil : root
    guard tree.set(newRoot, of: name) else { return }
    if let newRoot { repeatState(of: newRoot, listener) }
    repeatState(of: name, listener)
  }

  private func repeatState(of name: [UInt8], _ listener: some DialectListener) {
    guard let state = tree.state(of: name) else { return }
    guard let word = state.withUnsafeBytes({ Self.words.read($0) }) else { return }
    name.withUnsafeBytes { say(word, of: $0, listener) }
  }
}
