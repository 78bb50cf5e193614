import Glibc
import Testing

/// Runs `body` with the rights of an ordinary user, where the test itself has all. They are one thread's: the file
/// system's user (setfsuid(2)), whose header is not in the Glibc module.
func asNobody(_ body: () throws -> Void) throws {
  let setUser = try #require(dlsym(nil, "setfsuid"))
  typealias SetUser = @convention(c) (uid_t) -> Int32
  let asUser = unsafeBitCast(setUser, to: SetUser.self)
  _ = asUser(65_534)
  defer { _ = asUser(geteuid()) }
  try body()
}
