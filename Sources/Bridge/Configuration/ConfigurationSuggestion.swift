/// Finds the key that somebody meant.
enum ConfigurationSuggestion {
  /// The known key that is nearest to `word`, when it is near enough to be a slip: one change in
  /// three letters, and never fewer than two. `-` counts as `_`, and case does not count.
  static func nearest(to word: String, among keys: [String]) -> String? {
    // No key is near a word of hundreds of letters; the distance to it would cost, though.
    guard word.utf8.count <= 64 else { return nil }
    let folded = fold(word)
    let ranked = keys.map { (key: $0, distance: distance(folded, fold($0))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(2, best.key.utf8.count / 3) ? best.key : nil
  }

  private static func fold(_ word: String) -> [UInt8] {
    word.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? 0x5F : $0 }
  }

  /// Levenshtein's distance: the fewest letters to insert, delete or replace.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var previous = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        let replaced = previous[column] + (letter == other ? 0 : 1)
        current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[right.count]
  }
}
