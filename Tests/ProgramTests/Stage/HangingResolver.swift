import Foundation
import TestSupport

/// A library that stands before the system's for a program of a test: name servers never answer it. Needs a compiler
/// for C.
final class HangingResolver {
  private let directory: TemporaryDirectory
  private let library: String

  init() throws {
    directory = try TemporaryDirectory()
    library = directory.file("resolver.so")
    let source = try directory.write(
      """
      #include <unistd.h>
      int getaddrinfo() { for (;;) pause(); }

      """, to: "resolver.c")
    let compiler = Self.hasCC ? "cc" : "clang"
    try ChildProcess.run(
      compiler, ["-shared", "-fPIC", "-w", "-fno-builtin", "-o", library, source])
  }

  private static let hasCC = FileManager.default.isExecutableFile(atPath: "/usr/bin/cc")

  /// The environment of a program that is to use it.
  var environment: [String: String] {
    ProcessInfo.processInfo.environment.merging(["LD_PRELOAD": library]) { $1 }
  }

  /// Starts a command of the program against a broker with a name.
  func start(_ arguments: String...) throws -> ChildProcess {
    try ChildProcess(ChildProcess.built("rollcall"), arguments, environment: environment)
  }
}
