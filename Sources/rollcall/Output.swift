import Bridge
import Glibc

/// What the commands print. Unsafe only in name: this program writes from its main thread alone.
nonisolated(unsafe) let standardOutput = StandardOutput(descriptor: STDOUT_FILENO)
nonisolated(unsafe) private let standardError = StandardOutput(
  descriptor: STDERR_FILENO, patience: 1_000)

/// A line that was written is there, also in a pipe.
///
/// - Returns: false when it could not be written: then there is no need to go on. ``Program`` says why.
@discardableResult
func writeOut(_ text: String) -> Bool { standardOutput.write(text) }

@discardableResult
func printLine(_ text: String) -> Bool { writeOut(text + "\n") }

/// Lines that come all at once.
func printLines(_ lines: [String]) { writeOut(lines.map { $0 + "\n" }.joined()) }

/// A line on standard error, marked as ours.
func complain(_ text: String) { writeError("rollcall: \(text)\n") }

func writeError(_ text: String) { standardError.write(text) }

/// From here on a signal ends the waiting for a reader: a command that takes its signals itself would not hear it.
func stopWaitingForReaders(at signals: Int32) {
  standardOutput.interruption = signals
  standardError.interruption = signals
}
