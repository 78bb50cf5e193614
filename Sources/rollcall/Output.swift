@preconcurrency import Glibc

/// Standard output and error, unbuffered: a line that was written is there, also in a pipe.

/// - Returns: false when nobody reads any more.
func writeOut(_ text: String) -> Bool { write(text, to: STDOUT_FILENO) }

func printLine(_ text: String) -> Bool { writeOut(text + "\n") }

/// A line on standard error, marked as ours.
func complain(_ text: String) { writeError("rollcall: \(text)\n") }

func writeError(_ text: String) { _ = write(text, to: STDERR_FILENO) }

private func write(_ text: String, to descriptor: Int32) -> Bool {
  var text = text
  return text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while let base = rest.baseAddress, !rest.isEmpty {
      let written = Glibc.write(descriptor, base, rest.count)
      if written < 0 {
        guard errno == EINTR || errno == EAGAIN else { return false }
        continue
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
    return true
  }
}
