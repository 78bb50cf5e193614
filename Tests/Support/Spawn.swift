import Foundation
import Glibc

/// posix_spawn(3) with everything a test's child needs. Returns the process id.
///
/// `descriptors`: which of ours, by the number that the child is to know them by. None of ours may be among these
/// numbers.
func spawn(
  _ path: String, _ arguments: [String], _ environment: [String], output: String, errors: String,
  descriptors: [Int32: Int32] = [:]
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  let append = O_WRONLY | O_CREAT | O_APPEND
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, output, append, 0o600)
  posix_spawn_file_actions_addopen(&actions, 2, errors, append, 0o600)
  for (number, ours) in descriptors {
    posix_spawn_file_actions_adddup2(&actions, ours, number)
  }
  // Those not open any more are passed over (POSIX.1-2008, TC1).
  for descriptor in 3..<(try highestDescriptor() + spareDescriptors)
  where descriptors[descriptor] == nil {
    posix_spawn_file_actions_addclose(&actions, descriptor)
  }

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  try resetSignals(&attributes)

  var id: pid_t = 0
  let code = withCStrings(arguments) { arguments in
    withCStrings(environment) { posix_spawn(&id, path, &actions, &attributes, arguments, $0) }
  }
  guard code == 0 else { throw TestFailure("\(path): \(String(cString: strerror(code)))") }
  return id
}

/// Room for what tests that run meanwhile open before the child is made.
private let spareDescriptors: Int32 = 64

private func highestDescriptor() throws -> Int32 {
  let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
  return open.compactMap { Int32($0) }.max() ?? 2
}

/// libmosquitto ignores SIGPIPE and tests may block signals; a child would inherit both.
private func resetSignals(_ attributes: inout posix_spawnattr_t) throws {
  var none = sigset_t()
  sigemptyset(&none)
  var all = sigset_t()
  sigfillset(&all)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setsigdefault(&attributes, &all)
  let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
  guard posix_spawnattr_setflags(&attributes, flags) == 0 else {
    throw TestFailure("posix_spawnattr_setflags")
  }
}

private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let copies = strings.map { strdup($0) } + [nil]
  defer { copies.forEach { free($0) } }
  return body(copies)
}
