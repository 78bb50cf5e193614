import Bridge
@preconcurrency import CLinux
import Glibc

/// The options and operands of a command line, by glibc's getopt_long: options and operands in any
/// order, abbreviated long names, `--` as the end of the options.
struct ParsedArguments: Equatable {
  private(set) var operands: [String] = []
  private var values: [String: String] = [:]

  /// - Parameter arguments: without the program's and the command's name.
  /// - Throws: ``ProgramError/usage(_:)`` for an option that is unknown or lacks its value.
  @MainActor
  init(_ arguments: [String], flags: [Flag]) throws(ProgramError) {
    let scan = OptionScan(arguments: ["rollcall"] + arguments, flags: flags)
    while let option = try scan.next() {
      values[flags[option.index].name] = option.value ?? ""
    }
    operands = scan.rest
  }

  /// The last value given for an option; `nil` when it was not given.
  subscript(_ name: String) -> String? { values[name] }

  func contains(_ name: String) -> Bool { values[name] != nil }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(ProgramError) -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw .usage(
        "--\(name) '\(text)': a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func rate(_ name: String) throws(ProgramError) -> Double? {
    guard let text = self[name] else { return nil }
    guard let number = Double(text), number >= 0, number <= 60_000 else {
      throw .usage("--\(name) '\(text)': a number of events a minute, 0 to 60000")
    }
    return number
  }

  /// A duration with a unit, as the configuration has them, of a hundred years at most.
  func duration(_ name: String) throws(ProgramError) -> Duration? {
    guard let text = self[name] else { return nil }
    let duration: Duration
    do throws(BadValue) { duration = try Duration(configurationText: text) } catch {
      throw .usage(
        "--\(name) '\(text)' \(error.fault): write a duration such as 250ms, 10s, 5m or 2h")
    }
    guard duration <= .seconds(100 * 366 * 86_400) else {
      throw .usage("--\(name) '\(text)' is more than a hundred years")
    }
    return duration
  }
}

/// One run of getopt_long. It keeps its place in globals, hence one actor for all of them.
@MainActor
private final class OptionScan {
  private let flags: [Flag]
  private let letters: String
  private var argv: [UnsafeMutablePointer<CChar>?]
  private var names: [option]

  /// A value of `option.val` that no letter has.
  private static let firstLongOption: Int32 = 256

  init(arguments: [String], flags: [Flag]) {
    self.flags = flags
    // The leading colon: say ':' for a missing value, and print nothing.
    letters = flags.reduce(into: ":") { text, flag in
      guard let letter = flag.letter else { return }
      text += String(letter) + (flag.value == nil ? "" : ":")
    }
    argv = arguments.map { strdup($0) } + [nil]
    names = flags.enumerated().map { index, flag in
      let value = Self.firstLongOption + Int32(index)
      return option(
        name: UnsafePointer(strdup(flag.name)), has_arg: flag.value == nil ? 0 : 1, flag: nil,
        val: value)
    }
    names.append(option(name: nil, has_arg: 0, flag: nil, val: 0))
    optind = 0
  }

  isolated deinit {
    for pointer in argv { free(pointer) }
    for name in names { free(UnsafeMutablePointer(mutating: name.name)) }
  }

  func next() throws(ProgramError) -> (index: Int, value: String?)? {
    let code = getopt_long(Int32(argv.count - 1), &argv, letters, names, nil)
    switch code {
    case -1: return nil
    case Int32(UInt8(ascii: ":")): throw .usage("option '\(culprit)' needs a value")
    case Int32(UInt8(ascii: "?")):
      throw .usage(
        optopt >= Self.firstLongOption
          ? "option '\(culprit)' takes no value" : "unknown option '\(culprit)'")
    default: return (index(of: code), optarg.map { String(cString: $0) })
    }
  }

  /// What getopt_long has sorted behind the options.
  var rest: [String] {
    argv[Int(optind)...].compactMap { $0.map { String(cString: $0) } }
  }

  private func index(of code: Int32) -> Int {
    if code >= Self.firstLongOption { return Int(code - Self.firstLongOption) }
    return flags.firstIndex { $0.letter?.asciiValue.map(Int32.init) == code } ?? 0
  }

  /// The option that getopt_long complains about.
  private var culprit: String {
    if optopt > 0, optopt < Self.firstLongOption {
      return "-" + String(UnicodeScalar(UInt8(truncatingIfNeeded: optopt)))
    }
    return argv[Int(optind) - 1].map { String(cString: $0) } ?? ""
  }
}
