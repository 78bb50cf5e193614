import Foundation
import Glibc
import TestSupport
import Testing

@testable import Bridge

/// A log that cannot be written costs lines, and nothing else.
struct LogOutputTests {
  private func notice(_ lines: UInt64) -> String { "\(lines) lost" }

  /// The two ends of a pipe with room for 4,096 bytes.
  private func smallPipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    // F_SETPIPE_SZ of fcntl(2), which Swift's Glibc module leaves out.
    #expect(fcntl(ends[1], 1031, 4096) == 4096)
    return (ends[0], ends[1])
  }

  private func text(in descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  @Test("On a full device every line is lost, and counted")
  func fullDevice() {
    let device = open("/dev/full", O_WRONLY)
    defer { close(device) }
    let output = LogOutput(descriptor: device)
    for number in 1...3 {
      output.write("line", notice)
      #expect(output.lost == UInt64(number))
    }
  }

  @Test("A descriptor that is closed loses its lines")
  func closed() {
    let output = LogOutput(descriptor: -1)
    output.write("line", notice)
    #expect(output.lost == 1)
  }

  @Test("A pipe whose reader is gone loses its lines")
  func noReader() throws {
    signal(SIGPIPE, SIG_IGN)
    let (reading, writing) = try smallPipe()
    close(reading)
    defer { close(writing) }
    let output = LogOutput(descriptor: writing)
    output.write("line", notice)
    #expect(output.lost == 1)
  }

  @Test("A reader that does not read is not waited for, and hears later how much it has missed")
  func slowReader() throws {
    let (reading, writing) = try smallPipe()
    defer { _ = [reading, writing].map { close($0) } }
    let output = LogOutput(descriptor: writing)
    for _ in 0..<100 { output.write(String(repeating: "x", count: 99), notice) }
    let written = text(in: reading).split(separator: "\n")
    #expect(!written.isEmpty && output.lost == UInt64(100 - written.count))
    output.write("after", notice)
    #expect(text(in: reading) == "\(100 - written.count) lost\nafter\n")
    output.write("more", notice)
    #expect(text(in: reading) == "more\n")
  }

  @Test("A line that is cut off is counted, and the next one begins on a new line")
  func torn() throws {
    let (reading, writing) = try smallPipe()
    defer { _ = [reading, writing].map { close($0) } }
    let output = LogOutput(descriptor: writing)
    output.write(String(repeating: "x", count: 10_000), notice)
    #expect(output.lost == 1)
    #expect(text(in: reading) == String(repeating: "x", count: 4_096))
    output.write("after", notice)
    #expect(text(in: reading) == "\n1 lost\nafter\n")
  }

  @Test("A socket that is full is not waited for")
  func socket() throws {
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    defer { ends.forEach { close($0) } }
    let output = LogOutput(descriptor: ends[1])
    for _ in 0..<10_000 { output.write(String(repeating: "x", count: 999), notice) }
    #expect(output.lost > 0)
  }

  @Test("Whole lines go into a file, however long")
  func file() throws {
    let directory = try TemporaryDirectory()
    let file = open(try directory.write("", to: "log"), O_WRONLY | O_APPEND)
    defer { close(file) }
    let output = LogOutput(descriptor: file)
    let long = String(repeating: "ü", count: 10_000)
    output.write(long, notice)
    output.write("after", notice)
    let text = try String(contentsOfFile: directory.file("log"), encoding: .utf8)
    #expect(text == long + "\nafter\n")
    #expect(output.lost == 0)
  }
}
