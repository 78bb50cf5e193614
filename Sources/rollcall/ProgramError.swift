/// Why a command did not do what it was asked.
enum ProgramError: Error, Equatable {
  /// The command line is wrong: exit status 2, with a hint where to read how it is right.
  case usage(String)
  /// It was understood and could not be done: exit status 1.
  case failed(String)
  /// As ``failed(_:)``, and the same may succeed later: exit status 75, EX_TEMPFAIL of sysexits.h.
  case failedForNow(String)
  /// As ``failed(_:)``, and what is wrong has been said already.
  case failedQuietly
}

/// What fails below becomes the end of the command, in the words that it came with.
func attempt<Value, Failure: Error & CustomStringConvertible>(
  _ body: () throws(Failure) -> Value
) throws(ProgramError) -> Value {
  do throws(Failure) { return try body() } catch { throw .failed(error.description) }
}
