/// One key of the configuration.
///
/// The table ``all`` is the one list of keys: it drives the parser, its suggestions, and the test
/// that holds `broker-config/rollcall.conf` against it.
struct ConfigurationKey: Sendable {
  let name: String
  /// As it would be written; `nil` when nothing is the default.
  let defaultText: String?
  /// What would be right: the end of a sentence that begins with "write".
  let expected: String
  let set: @Sendable (inout Configuration, String) throws(BadValue) -> Void

  static let all: [ConfigurationKey] =
    connection + storage + presence + publishing + limits + homeAssistant

  static func named(_ name: String) -> ConfigurationKey? { all.first { $0.name == name } }

  /// The whole sentence about a value that ``set`` refused.
  func message(_ value: String, _ bad: BadValue) -> String {
    "\(name) '\(value.prefix(80))' \(bad.fault): write \(expected)"
  }
}

// Makers of keys, one for each kind of value.
extension ConfigurationKey {
  typealias Path<Value> = WritableKeyPath<Configuration, Value> & Sendable

  /// `why` follows the range in the message: whose limit it is.
  static func duration(
    _ name: String, _ path: Path<Duration>, _ defaultText: String,
    _ range: ClosedRange<Duration>, wholeSeconds: Bool = false, why: String = ""
  ) -> ConfigurationKey {
    let kind = wholeSeconds ? "whole seconds" : "a duration"
    let (low, high) = (range.lowerBound.configurationText, range.upperBound.configurationText)
    return ConfigurationKey(
      name: name, defaultText: defaultText,
      expected: "\(kind) from \(low) to \(high)\(why), e.g. \(defaultText)"
    ) { (configuration, text) throws(BadValue) in
      let value = try Duration(configurationText: text)
      guard value >= range.lowerBound else { throw BadValue("is less than \(low)") }
      guard value <= range.upperBound else { throw BadValue("is more than \(high)") }
      guard !wholeSeconds || value.components.attoseconds == 0 else {
        throw BadValue("is not in whole seconds")
      }
      configuration[keyPath: path] = value
    }
  }

  static func size(
    _ name: String, _ path: Path<Int>, _ defaultText: String, _ range: ClosedRange<Int>,
    why: String = ""
  ) -> ConfigurationKey {
    let (low, high) = (ByteCount.text(range.lowerBound), ByteCount.text(range.upperBound))
    return ConfigurationKey(
      name: name, defaultText: defaultText,
      expected: "a size from \(low) to \(high)\(why), e.g. \(defaultText)"
    ) { (configuration, text) throws(BadValue) in
      let value = try ByteCount.parse(text)
      guard value >= range.lowerBound else { throw BadValue("is less than \(low)") }
      guard value <= range.upperBound else { throw BadValue("is more than \(high)") }
      configuration[keyPath: path] = value
    }
  }

  static func number(
    _ name: String, _ path: Path<Int>, _ defaultText: String, _ range: ClosedRange<Int>
  ) -> ConfigurationKey {
    ConfigurationKey(
      name: name, defaultText: defaultText,
      expected: "a number from \(range.lowerBound) to \(range.upperBound), e.g. \(defaultText)"
    ) { (configuration, text) throws(BadValue) in
      guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
        throw BadValue("is not a whole number")
      }
      guard let value = Int(text), value <= range.upperBound else {
        throw BadValue("is more than \(range.upperBound)")
      }
      guard value >= range.lowerBound else { throw BadValue("is less than \(range.lowerBound)") }
      configuration[keyPath: path] = value
    }
  }

  /// The raw values are what is written.
  static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: Path<Choice>, _ defaultText: String
  ) -> ConfigurationKey {
    let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return ConfigurationKey(
      name: name, defaultText: defaultText, expected: "one of \(words)"
    ) { (configuration, text) throws(BadValue) in
      guard let value = Choice(rawValue: text) else { throw BadValue("is not known") }
      configuration[keyPath: path] = value
    }
  }

  /// `on` or `off`.
  static func toggle(
    _ name: String, _ path: Path<Bool>, _ defaultText: String
  ) -> ConfigurationKey {
    ConfigurationKey(
      name: name, defaultText: defaultText, expected: "on or off"
    ) { (configuration, text) throws(BadValue) in
      configuration[keyPath: path] = try Toggle.value(text)
    }
  }

  static func text(_ name: String, _ path: Path<String?>, _ expected: String) -> ConfigurationKey {
    ConfigurationKey(
      name: name, defaultText: nil, expected: expected
    ) { (configuration, text) throws(BadValue) in configuration[keyPath: path] = text }
  }
}
