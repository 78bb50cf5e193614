/// The database's tables, version by version. A migration is never changed once it was released; a new
/// version is a new entry.
enum Schema {
  /// `Roll` in ASCII, in the file's header, so that nobody else's database is ever written to.
  static let applicationID: Int32 = 0x526f_6c6c

  static let migrations = [
    """
    CREATE TABLE bridge(
      id INTEGER PRIMARY KEY CHECK (id = 1),
      owner INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      alive_at INTEGER NOT NULL);
    INSERT INTO bridge VALUES (1, 0, 0, 0);
    CREATE TABLE filter(name BLOB PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE room(
      id INTEGER PRIMARY KEY, name BLOB NOT NULL, revision INTEGER NOT NULL, emptied_at INTEGER);
    CREATE TABLE client(
      id INTEGER PRIMARY KEY, user BLOB, name BLOB NOT NULL, state INTEGER NOT NULL,
      mark INTEGER NOT NULL, timeout INTEGER NOT NULL, epoch INTEGER NOT NULL,
      status_hash INTEGER NOT NULL, birth_hash INTEGER NOT NULL, unconfirmed INTEGER NOT NULL,
      data BLOB);
    CREATE TABLE membership(
      id INTEGER PRIMARY KEY, client INTEGER NOT NULL, room INTEGER NOT NULL,
      state INTEGER NOT NULL, since INTEGER NOT NULL, data BLOB);
    """,
    """
    ALTER TABLE client ADD COLUMN asleep INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE client ADD COLUMN gateway INTEGER NOT NULL DEFAULT -1;
    ALTER TABLE client ADD COLUMN gated INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE client ADD COLUMN returns_alone INTEGER NOT NULL DEFAULT 0;
    """,
    """
    CREATE TABLE history_state(
      id INTEGER PRIMARY KEY CHECK (id = 1), since INTEGER NOT NULL, row_count INTEGER NOT NULL);
    INSERT INTO history_state VALUES (1, 0, 0);
    CREATE TABLE history_room(
      id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, base INTEGER NOT NULL);
    CREATE TABLE history(
      key INTEGER PRIMARY KEY,
      low INTEGER NOT NULL, high INTEGER NOT NULL, mean REAL NOT NULL, last INTEGER NOT NULL);
    CREATE TABLE history_gap(since INTEGER PRIMARY KEY, until INTEGER NOT NULL);
    """,
    // What was kept of the last status is what is kept of the last death, where it was one.
    """
    ALTER TABLE client RENAME COLUMN status_hash TO death_hash;
    ALTER TABLE client ADD COLUMN said_death INTEGER NOT NULL DEFAULT 0;
    UPDATE client SET death_hash = ((death_hash >> 32) & 4294967295) | 1 WHERE death_hash <> 0;
    UPDATE client SET said_death = death_hash NOT IN (0, birth_hash);
    UPDATE client SET death_hash = 0 WHERE NOT said_death;
    ALTER TABLE bridge ADD COLUMN dropped INTEGER NOT NULL DEFAULT -1;
    """,
  ]

  static var version: Int { migrations.count }
}
