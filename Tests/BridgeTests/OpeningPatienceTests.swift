import Presence
import Store
import Testing

@testable import Bridge

/// How long the bridge waits for its database before it gives up.
@Suite struct OpeningPatienceTests {
  private let clock = HandClock()

  private func wait(_ body: () throws(StoreError) -> Int) -> Result<Int, StoreError> {
    let patience = OpeningPatience(log: Log(level: .error) { _ in }, clock: clock)
    return Result { () throws(StoreError) in try patience.wait(body) }
  }

  @Test func `what may pass is waited for, for half a minute and no longer`() {
    var attempts = 0
    let locked = StoreError.locked(path: "x.db", holders: nil)
    let result = wait { () throws(StoreError) in
      attempts += 1
      if attempts == 4 { clock.advance(.nanoseconds(1)) }
      if attempts < 4 { clock.advance(.seconds(10) - .nanoseconds(attempts == 3 ? 1 : 0)) }
      throw locked
    }
    #expect(result == .failure(locked))
    #expect(attempts == 4)
  }

  @Test func `what passes is seen, and what cannot pass is not waited for`() {
    var attempts = 0
    let result = wait { () throws(StoreError) in
      attempts += 1
      if attempts < 3 { throw .unavailable(path: "x.db", reason: "full") }
      return attempts
    }
    #expect(result == .success(3))
    attempts = 0
    let refused = wait { () throws(StoreError) in
      attempts += 1
      throw .foreign(path: "x.db")
    }
    #expect(refused == .failure(.foreign(path: "x.db")))
    #expect(attempts == 1)
  }
}
