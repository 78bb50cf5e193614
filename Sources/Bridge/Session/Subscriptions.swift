/// The filters that the broker was asked for in one session, and what it answered.
///
/// What the loop believes is what the broker has: a filter counts as subscribed from the moment it was asked for until
/// the broker has said that it is no more.
struct Subscriptions {
  /// What the broker said to one filter of a SUBSCRIBE.
  struct Answer: Equatable {
    var filter: String
    /// The QoS that was granted, or a failure of 128 or more (MQTT 5 section 3.9.3).
    var code: Int32
    /// As it was asked for.
    var isAtLeastOnce: Bool
    /// It is one of those that the session is to have until its end.
    var isLasting: Bool

    var isRefused: Bool { code >= 128 }
    /// Less than was asked for: the broker sends such messages at QoS 0, and keeps none for us.
    var isLess: Bool { code == 0 && isAtLeastOnce }
  }

  private struct Asked {
    var filters: [String]
    var isAtLeastOnce: Bool
    var isLasting: Bool
  }

  private var asked: [Int32: Asked] = [:]
  private var ending: [Int32: [String]] = [:]
  /// By filter: whether it is one of QoS 1.
  private(set) var held: [String: Bool] = [:]
  /// Lasting filters that the broker refused, in the order in which it did.
  private(set) var refused: [Answer] = []
  /// Filters that are to end, and could not be said to.
  private(set) var owed: [String] = []

  mutating func asked(
    _ filters: [String], _ isAtLeastOnce: Bool, isLasting: Bool, _ id: Int32
  ) {
    asked[id] = Asked(filters: filters, isAtLeastOnce: isAtLeastOnce, isLasting: isLasting)
    for filter in filters { held[filter] = isAtLeastOnce }
  }

  /// They could not be asked for: as if the broker had refused them.
  mutating func failed(_ filters: [String], _ isAtLeastOnce: Bool) {
    for filter in filters {
      refused.removeAll { $0.filter == filter }
      refused.append(
        Answer(filter: filter, code: 128, isAtLeastOnce: isAtLeastOnce, isLasting: true))
    }
  }

  /// They could not be taken back.
  mutating func failedToEnd(_ filters: [String]) {
    owed += filters.filter { !owed.contains($0) }
  }

  /// What is to be taken back still.
  mutating func takeOwed() -> [String] {
    defer { owed = [] }
    return owed
  }

  mutating func askedToEnd(_ filters: [String], _ id: Int32) { ending[id] = filters }

  /// The SUBACK of a SUBSCRIBE came in. A code that is missing counts as a failure.
  mutating func answered(_ id: Int32, granted: [Int32]) -> [Answer] {
    guard let request = asked.removeValue(forKey: id) else { return [] }
    let answers = request.filters.indices.map { place in
      Answer(
        filter: request.filters[place], code: place < granted.count ? granted[place] : 128,
        isAtLeastOnce: request.isAtLeastOnce, isLasting: request.isLasting)
    }
    for answer in answers {
      refused.removeAll { $0.filter == answer.filter }
      guard answer.isRefused else { continue }
      held[answer.filter] = nil
      if answer.isLasting { refused.append(answer) }
    }
    return answers
  }

  mutating func unsubscribed(_ id: Int32) {
    for filter in ending.removeValue(forKey: id) ?? [] { held[filter] = nil }
  }
}
