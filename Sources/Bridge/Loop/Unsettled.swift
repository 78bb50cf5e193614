/// A connection that was accepted and is not live yet, as it is remembered among the filters: should the process end
/// before it is, the next run has to make good what this one had to.
enum Unsettled {
  private static let start = "$rollcall/unsettled/"

  /// - Parameter aliveAt: when a bridge was live last, in milliseconds since 1970; 0: none ever was.
  static func mark(_ aliveAt: Int64) -> String { "\(start)\(aliveAt)" }

  static func isMark(_ filter: String) -> Bool { filter.hasPrefix(start) }

  /// When a bridge was live last, if the one since then never was; `nil`: it was.
  static func since(_ kept: [String]) -> Int64? {
    kept.filter(isMark).compactMap { Int64($0.dropFirst(start.count)) }.min()
  }
}
