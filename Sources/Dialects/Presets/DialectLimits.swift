/// What dialects that remember keep to, whatever arrives.
enum DialectLimits {
  /// The longest name, in bytes, of which anything is remembered: a level of a topic (contract: limits).
  static let maxName = 128
}
