import Topics

/// What is read of messages on a broker where anybody may have written them: numbers that can be counted with,
/// whatever they were.
enum ForeignFigures {
  /// No bridge has so many of anything; sums of such stay far below what an Int holds.
  static let most = Int(Int32.max)
  /// The longest payload that is read; the largest snapshot has a quarter of a MiB by default.
  private static let maxPayload = 64 << 20

  /// Lends the members of a payload; nil: it is no JSON object, or `body` finds something missing.
  static func read<Result>(_ payload: [UInt8], _ body: (JSONMembers) -> Result?) -> Result? {
    guard payload.count <= maxPayload else { return nil }
    return payload.withUnsafeBytes { JSONMembers($0).flatMap(body) }
  }
}

extension JSONMembers {
  /// A number of rooms, clients or the like; one that cannot be becomes the nearest that can.
  func count(_ name: String) -> Int? {
    guard let number = number(name), number == number.rounded() else { return nil }
    return Int(min(max(number, 0), Double(ForeignFigures.most)))
  }

  /// A measure that is not negative, and at most `most`.
  func measure(_ name: String, most: Double) -> Double? {
    number(name).map { min(max($0, 0), most) }
  }

  func text(_ name: String) -> String? { self[name]?.text }

  /// What `body` makes of each element of an array; nil: there is no array, or of one it makes nothing.
  func list<Element>(_ name: String, _ body: (JSONElement) -> Element?) -> [Element]? {
    guard let elements = array(name) else { return nil }
    var list: [Element] = []
    for element in elements {
      guard let made = body(element) else { return nil }
      list.append(made)
    }
    return list
  }
}
