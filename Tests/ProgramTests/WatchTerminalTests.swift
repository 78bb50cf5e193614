import Glibc
import TestSupport
import Testing

/// `watch` at a terminal, with keys that are pressed there.
@Suite struct WatchTerminalTests {
  private let site: Site
  private let terminal: PseudoTerminal

  init() throws {
    site = try Site()
    terminal = try PseudoTerminal()
    for (name, room) in [("pump", "hall"), ("lamp", "lab/1"), ("plug", "lab/1"), ("fan", "日本")] {
      try site.device(name).join(room)
    }
    try site.wait("lab/1", holds: "lamp", "plug")
    try site.wait("日本", holds: "fan")
  }

  private var words: [String] { ["watch", "-p", String(site.broker.port)] }

  /// The terminal is the one that controls the child, so that Ctrl-C and Ctrl-Z are signals.
  private func start(_ command: [String]) throws -> ChildProcess {
    try ChildProcess(
      "/usr/bin/setsid", ["--ctty"] + command,
      environment: ["TERM": "xterm", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"],
      descriptors: [0: terminal.childEnd, 1: terminal.childEnd, 2: terminal.childEnd])
  }

  private func wait(for what: String, _ condition: @escaping ([String]) -> Bool) throws {
    try terminal.wait(for: what) { condition($0.picture) }
  }

  private func rooms(_ picture: [String]) -> [String] {
    picture.compactMap { line in
      ["hall", "lab/1", "日本"].first { line.hasPrefix("\($0) ") }
    }
  }

  @Test func `keys change the order, filter, and open a room`() throws {
    let child = try start([ChildProcess.built("rollcall")] + words)
    try wait(for: "the rooms") { rooms($0) == ["hall", "lab/1", "日本"] }
    terminal.type("s")
    try wait(for: "the order by count") { rooms($0) == ["lab/1", "hall", "日本"] }
    terminal.type("/本")
    try wait(for: "the filter") { rooms($0) == ["日本"] && $0.last?.contains("filter: 本") == true }
    terminal.type("\u{7F}LAB\r")
    try wait(for: "another filter") {
      rooms($0) == ["lab/1"] && $0.last?.contains("(LAB)") == true
    }
    terminal.type("\u{1B}[B\r")
    try wait(for: "the members") { picture in
      picture.contains { $0.hasPrefix("lamp ") } && picture.contains { $0.hasPrefix("plug ") }
    }
    terminal.type("q")
    #expect(child.waitForExit() == .code(0))
  }

  @Test func `a window that has become another size is filled anew`() throws {
    let child = try start([ChildProcess.built("rollcall")] + words)
    try wait(for: "the rooms") { $0.count == 24 && rooms($0).count == 3 }
    for (columns, rows) in [(40, 12), (20, 9), (12, 5), (1, 1), (120, 30)] as [(UInt16, UInt16)] {
      terminal.resize(columns: columns, rows: rows)
      try wait(for: "\(columns) columns") { picture in
        picture.count == Int(rows) && picture.allSatisfy { $0.count <= columns }
      }
    }
    child.send(SIGTERM)
    #expect(child.waitForExit() == .code(0))
  }

  @Test(arguments: ["q", "\u{3}"])
  func `the terminal is afterwards as it was`(key: String) throws {
    let before = terminal.modes
    let child = try start([ChildProcess.built("rollcall")] + words)
    try wait(for: "the rooms") { rooms($0).count == 3 }
    #expect(terminal.modes != before)
    terminal.type(key)
    #expect(child.waitForExit() == .code(0))
    #expect(terminal.modes == before)
    #expect(terminal.written.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
  }

  @Test func `stopped and continued it gives the terminal back and takes it again`() throws {
    let shell = try start(["/bin/bash", "--norc", "--noprofile", "-i"])
    let command = try ([ChildProcess.built("rollcall")] + words).joined(separator: " ")
    terminal.type("\(command)\n")
    try wait(for: "the rooms") { rooms($0).count == 3 }
    terminal.forget()
    terminal.type("\u{1A}")
    try terminal.wait(for: "the shell") { $0.written.contains("Stopped") }
    let end = try #require(terminal.written.firstRange(of: "\u{1B}[?25h\u{1B}[?1049l"))
    #expect(terminal.written[end.upperBound...].contains("Stopped"))
    terminal.forget()
    terminal.type("fg\n")
    try wait(for: "the picture again") { rooms($0) == ["hall", "lab/1", "日本"] }
    #expect(terminal.written.contains("\u{1B}[?1049h\u{1B}[?25l"))
    terminal.type("s")
    try wait(for: "the order by count") { rooms($0) == ["lab/1", "hall", "日本"] }
    terminal.type("q")
    try terminal.wait(for: "its end") { $0.written.contains("\u{1B}[?1049l") }
    terminal.type("exit 7\n")
    #expect(shell.waitForExit() == .code(7))
  }

  /// Nobody could continue it.
  @Test func `without a shell to go back to, Ctrl-Z changes nothing`() throws {
    let child = try start([ChildProcess.built("rollcall")] + words)
    try wait(for: "the rooms") { rooms($0).count == 3 }
    terminal.type("\u{1A}s")
    try wait(for: "the order by count") { rooms($0) == ["lab/1", "hall", "日本"] }
    terminal.type("q")
    #expect(child.waitForExit() == .code(0))
  }
}
