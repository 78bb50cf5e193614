import Glibc

/// Why a test could not go on: a wait that ran out, a program that would not start.
public struct TestFailure: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}

/// Waits for a condition that nothing announces, looking every 2 ms. Returns whether it came true within `limit`.
public func waitUntil(
  limit: Duration = .seconds(10), _ condition: () throws -> Bool
) rethrows -> Bool {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  while try !condition() {
    guard clock.now < deadline else { return false }
    usleep(2_000)
  }
  return true
}
