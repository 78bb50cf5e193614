import Glibc
import Presence
import Store
import Testing

/// A disk that takes no more: played by a limit on the size of files, in a process of its own.
@Suite struct FullDiskTests {
  @Test func `a commit that does not fit fails and changes nothing, and a rewrite catches up`()
    async
  {
    await #expect(processExitsWith: .success) {
      var shelf = try Shelf()
      let database = try shelf.open()
      shelf.join("a", "lab")
      try shelf.commit(to: database)
      let before = rows(of: shelf.engine)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 100_000, rlim_max: rlim_t.max)
      setrlimit(__rlimit_resource_t(1), &limit)
      for client in 0..<5_000 { shelf.join("client-\(client)", "room-\(client)") }
      var hasFailed = false
      do throws(StoreError) { try shelf.commit(to: database) } catch {
        if case .failed = error { hasFailed = true }
      }
      #expect(hasFailed)
      var engine = Engine(rules: Rules())
      try database.load(into: &engine, at: shelf.now)
      #expect(rows(of: engine) == before)
      limit.rlim_cur = rlim_t.max
      setrlimit(__rlimit_resource_t(1), &limit)
      try rewrite(database, shelf.engine, BridgeRow(revision: 9, aliveAt: 8))
      #expect(rows(of: try shelf.loaded()) == rows(of: shelf.engine))
    }
  }
}
