import Foundation
import Testing

@testable import Bridge

@Suite("The files of a configuration")
final class ConfigurationFilesTests {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Writes a file and returns its path.
  func file(_ name: String, _ content: String) throws -> String {
    let path = folder.appending(path: name).path
    try Data(content.utf8).write(to: URL(filePath: path))
    return path
  }

  @Test("are read from disk, and remembered for problems")
  func reads() throws {
    let path = try file("rollcall.conf", "\nroot attic\n")
    let configuration = try Configuration.read(file: path)
    #expect(configuration.root == "attic")
    #expect(configuration.origin == ConfigurationOrigin(file: path, lines: ["root": 2]))
  }

  @Test("that cannot be read are a problem of the whole file")
  func unreadable() throws {
    let missing = folder.appending(path: "none.conf").path
    let large = try file("large.conf", String(repeating: "#\n", count: 1 << 19) + "#")
    let reasons = [
      (missing, "No such file or directory"), (folder.path, "Is a directory"),
      (large, "it is larger than 1MiB"),
    ]
    for (path, reason) in reasons {
      let error = #expect(throws: ConfigurationProblems.self) {
        try Configuration.read(file: path)
      }
      #expect(error?.description == "\(path): cannot be read: \(reason)")
    }
  }

  @Test(
    "give the password in their first line",
    arguments: [
      ("secret", "secret"), ("secret\n", "secret"), ("secret\r\nsecond\n", "secret"),
      (" kept as it is \n", " kept as it is "),
    ])
  func password(content: String, password: String) throws {
    let path = try file("password", content)
    let configuration = try Configuration.parse("username u\npassword_file \(path)", file: "x")
    #expect(try configuration.readPassword() == password)
    #expect(configuration.validateFiles().isEmpty)
  }

  @Test("are not waited for where they are pipes to which nobody writes")
  func pipe() throws {
    let path = folder.appending(path: "pipe").path
    #expect(mkfifo(path, 0o600) == 0)
    let configuration = try Configuration.parse("username u\npassword_file \(path)", file: "x")
    #expect(throws: ConfigurationProblem.self) { try configuration.readPassword() }
  }

  @Test("have a database that is there, or can be made")
  func database() throws {
    let there = try file("there.db", "")
    for path in [there, folder.appending(path: "new.db").path, ":memory:", "new.db"] {
      #expect(try Configuration.parse("database \(path)", file: "x").validateFiles() == [])
    }
    let nowhere = folder.appending(path: "none/x.db").path
    let faults = [
      (nowhere, "cannot be in '\(folder.path)/none': No such file or directory"),
      ("\(there)/x.db", "cannot be in '\(there)': Not a directory"),
      (folder.path, "cannot be used: Is a directory"),
    ]
    for (path, fault) in faults {
      let problems = try Configuration.parse("\ndatabase \(path)", file: "x").validateFiles()
      #expect(problems.count == 1)
      let start = "x:2: database '\(path)' \(fault): write "
      #expect(problems.first?.description.hasPrefix(start) == true)
    }
  }

  @Test("are not all: without the clients' topics there has to be a source")
  func nobody() throws {
    let problems = try Configuration.parse("root a\nnative off", file: "x").validateFiles()
    #expect(
      problems.map(\.description) == [
        "x:2: native off without a source, so that nobody is heard: write a source, or native on"
      ])
    let one = "native off\nsource tasmota"
    #expect(try Configuration.parse(one, file: "x").validateFiles() == [])
  }

  @Test("need no password where none is named")
  func noPassword() throws { #expect(try Configuration().readPassword() == nil) }

  @Test("have a password that is one", arguments: ["", "\n", "\r\nsecond", "a\0b"])
  func badPassword(content: String) throws {
    let path = try file("password", content)
    let configuration = try Configuration.parse("username u\npassword_file \(path)", file: "x")
    #expect(
      configuration.validateFiles().map(\.description) == [
        "x:2: password_file '\(path)' has no password in its first line: write it there"
      ])
  }

  @Test("must be there, each of them")
  func missing() throws {
    let text = """
      username u
      broker mqtts://h
      keyfile /none/k
      certfile /none/c
      cafile \(folder.path)
      password_file /none/p
      """
    let configuration = try Configuration.parse(text, file: "x")
    let found = configuration.validateFiles().map(\.description)
    #expect(found.map { $0.prefix(4) } == ["x:3:", "x:4:", "x:5:", "x:6:"])
    #expect(
      found.first
        == "x:3: keyfile '/none/k' cannot be read: No such file or directory: write the path of a "
        + "file that this user may read")
  }
}
