import Bridge
import Glibc
import Presence
import Store
import Topics

/// What the database costs, on a file in the temporary directory.
extension EngineBenchmark {
  /// Joins committed in turns of 1,000, as a busy loop does; then everything read again.
  mutating func measureCommitAndRestore() {
    let path = "\(temporaryDirectory())/rollcall-bench-\(getpid()).db"
    defer { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
    do throws(StoreError) {
      for (durability, name, keepsHistory) in [
        (.power, "power", false), (.process, "process", true), (.process, "process", false),
      ] as [(Store.Durability, String, Bool)] {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        try commit(to: path, durability, name, keepsHistory: keepsHistory)
      }
      try restore(from: path)
    } catch {
      progress("the database: \(error)")
      exit(1)
    }
  }

  private func temporaryDirectory() -> String {
    getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  }

  private func commit(
    to path: String, _ durability: Store.Durability, _ name: String, keepsHistory: Bool
  ) throws(StoreError) {
    progress("commit: \(clients) joins, durability \(name), history \(keepsHistory ? "on" : "off")")
    let database = try Database(path: path, durability: durability, owner: 1)
    if keepsHistory { try database.keepHistory(HistoryRules()) }
    var copy = EngineBenchmark(clients: clients, rooms: rooms, tellsRecounts: keepsHistory)
    var turn = 0
    var spent: Int64 = 0
    var cpu: Int64 = 0
    var failure: StoreError?
    copy.joinInTurns(of: 1_000) { engine in
      turn += 1
      let (start, startCPU) = (nanoseconds(), processTime())
      var unsaved = engine.takeUnsaved()
      // A turn of a busy loop takes about 10 ms.
      let row = BridgeRow(revision: 1, aliveAt: 1_700_000_000_000 + Int64(turn) * 10)
      do throws(StoreError) {
        while try !database.commit(&unsaved, of: engine, bridge: row) { usleep(100) }
      } catch { failure = error }
      spent += nanoseconds() - start
      cpu += processTime() - startCPU
    }
    if let failure { throw failure }
    Result("commit", clients: clients).with(operations: clients, nanoseconds: spent)
      .with("commits", turn).with("durability", name).with("history", keepsHistory ? "on" : "off")
      .with("cpu_ns_per_op", Double(cpu) / Double(clients)).print()
  }

  /// The process's CPU time, in nanoseconds.
  private func processTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private func restore(from path: String) throws(StoreError) {
    progress("restore")
    let start = nanoseconds()
    let database = try Database(path: path, durability: .process, owner: 2)
    var engine = Engine(rules: Rules())
    let now = Now(instant: Instant(nanoseconds: 1_000_000_000), wall: 1_700_000_000_000)
    try database.load(into: &engine, at: now)
    let elapsed = nanoseconds() - start
    precondition(engine.presences == clients, "not everything was restored")
    Result("restore", clients: clients).with("seconds", Double(elapsed) / 1e9).print()
  }
}
