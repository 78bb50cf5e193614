import Glibc
import TestSupport
import Testing

/// What signals do to the bridge, at every moment.
@Suite(.serialized)
struct SignalTests {
  @Test("Signals that are no order to end change nothing; SIGHUP is logged")
  func ignored() throws {
    let site = try Site()
    let signals =
      [SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE, SIGVTALRM, SIGPROF, SIGIO, SIGXFSZ, SIGSTKFLT, SIGCHLD]
      + [SIGWINCH, SIGURG, SIGCONT, 34, 50, 64]
    for signal in signals {
      site.bridge.child.send(signal)
      site.bridge.child.send(SIGHUP)
    }
    try site.wait(for: "a line on SIGHUP") { site.bridge.log.contains("SIGHUP") }
    try site.flush()
    #expect(site.bridge.child.exitIfEnded() == nil)
    #expect(try site.bridge.stop() == .code(0))
  }

  @Test("Every order to end is a clean end", arguments: [SIGXCPU, SIGPWR])
  func orders(signal: Int32) throws {
    let site = try Site()
    site.bridge.child.send(signal)
    #expect(try site.bridge.waitForExit(limit: .seconds(4)) == .code(0))
    try site.wait(for: "offline") { site.observer.newest("bridge/status")?.text == "offline" }
  }

  @Test(
    "SIGTERM and SIGINT end it at once while a large database is read",
    arguments: [SIGTERM, SIGINT])
  func reading(signal: Int32) throws {
    let site = try Site()
    try site.device("pump").join("lab")
    try site.wait("lab", holds: "pump")
    #expect(try site.bridge.stop() == .code(0))
    let large = try ProgramRun.sqlite(
      site.bridge.database,
      """
      CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
        WHERE i < 300000) SELECT i FROM n;
      INSERT INTO client SELECT i, user, CAST('c' || i AS BLOB), state, mark, timeout, epoch,
        death_hash, birth_hash, unconfirmed, data, asleep, gateway, gated, returns_alone, said_death
        FROM client, n WHERE client.id = 0;
      INSERT INTO membership SELECT i, i, room, state, since, data FROM membership, n
        WHERE membership.id = 0;
      """)
    try site.bridge.start()
    let child = site.bridge.child
    #expect(waitUntil { child.hasOpen(large) })
    child.send(signal)
    #expect(try site.bridge.waitForExit() == .code(0))
    #expect(site.bridge.log.contains("stopping, before the database was read"))

    try site.bridge.start()
    try site.wait(for: "the whole database", limit: .seconds(60)) {
      try site.observer.stats()?.presences == 300_001
    }
  }

  @Test(
    "SIGTERM ends it at once while another process has locked the database, else it ends with 75")
  func locked() throws {
    let site = try Site()
    #expect(try site.bridge.stop() == .code(0))
    let database = site.bridge.database
    let lock = try DatabaseLock(database)

    try site.bridge.start()
    #expect(waitUntil { site.bridge.log.contains("waiting for the database") })
    #expect(try site.bridge.stop(limit: .seconds(2)) == .code(0))

    try site.bridge.start()
    #expect(try site.bridge.waitForExit(limit: .seconds(45)) == .code(75))
    #expect(
      site.bridge.log.contains(
        "\(database): cannot be opened: database is locked by process \(lock.holder)"))
  }

  @Test(
    "A disk that is full at the start is waited for, and then ends it with 75",
    .enabled(if: SmallDisk.isPossible, "needs root, to mount a small disk"))
  func fullDisk() throws {
    let disk = try SmallDisk(kilobytes: 64)
    try disk.fill()
    let broker = try TestBroker()
    let bridge = try BridgeProcess(
      port: broker.port, ["database": disk.directory.file("rollcall.db")])
    #expect(try bridge.waitForExit(limit: .seconds(45)) == .code(75))
    #expect(bridge.log.contains("waiting for the database"))
    #expect(bridge.log.contains("cannot be opened: database or disk is full"))
  }
}

extension ChildProcess {
  /// Whether it has a file open.
  func hasOpen(_ file: String) -> Bool { Self.processes(withOpen: file).contains(id) }
}

extension ProgramRun {
  /// Changes a database behind the bridge's back, and returns its path.
  static func sqlite(_ database: String, _ statements: String) throws -> String {
    try ChildProcess.run("sqlite3", [database, statements])
    return database
  }
}
