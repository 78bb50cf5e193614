/// The systems that a `source` line may name.
public enum Presets {
  /// In alphabetical order. `custom` is none of them.
  public static let names: [String] = makers.keys.sorted()

  private static let makers: [String: @Sendable (String?) -> any Dialect] = [:]

  /// The dialect of a source; `nil`: its preset is not known, or its words make none.
  static func make(_ source: Source, _ rules: SourceRules) -> (any Dialect)? {
    if source.isCustom { return try? CustomDialect(source, rules) }
    return makers[source.name]?(source.prefix)
  }
}
