/// Which topics each namespace of the sources was read from, as it is remembered from run to run.
///
/// Marks are kept among the subscriptions, as filters that no subscription has:
/// `$rollcall/source/NAMESPACE/FILTER`. Once none of a namespace's topics is read any more nothing would ever end its
/// clients, so they are forgotten.
struct SourceMarks {
  private static let start = "$rollcall/source/"

  /// What to keep of the sources that are configured now.
  let present: [String]
  /// Of namespaces whose clients have been forgotten, until that is committed.
  private(set) var old: [String] = []

  /// - Parameter topics: the filters whose messages bring in each namespace's clients.
  init(_ topics: [(namespace: String, filter: String)]) {
    present = topics.map { "\(Self.start)\($0.namespace)/\($0.filter)" }
  }

  private static func isMark(_ filter: String) -> Bool { filter.hasPrefix(start) }

  /// What is to be kept for the next run.
  var filters: [String] { present + old }

  /// The namespaces that were read in an earlier run, and not from any of those topics now, in their order.
  mutating func dropped(in kept: [String]) -> [String] {
    let marks = kept.filter(Self.isMark)
    let still = Set(marks.filter(present.contains).map(Self.namespace))
    old = marks.filter { !still.contains(Self.namespace($0)) && !present.contains($0) }
    return Set(old.map(Self.namespace)).sorted()
  }

  mutating func forgetOld() { old = [] }

  private static func namespace(_ mark: String) -> String {
    String(mark.dropFirst(start.count).prefix { $0 != "/" })
  }
}
