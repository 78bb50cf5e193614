import Presence
import Topics

/// Turns what the engine says of a room into payloads.
package struct RoomEncoder {
  let now: Now
  /// The longest payload that the broker takes on a topic.
  let maxBytes: ([UInt8]) -> Int

  package init(now: Now, maxBytes: @escaping ([UInt8]) -> Int) {
    self.now = now
    self.maxBytes = maxBytes
  }

  /// The events of a change, chained by their revisions, and the last of these.
  package func events(
    _ announcement: Announcement, topic: [UInt8], engine: inout Engine
  ) -> (payloads: [[UInt8]], revision: Int64) {
    let count = engine.figures(of: announcement.room).count
    let chunks = entries(announcement, engine) { room, added, removed, updated in
      EventWriter.split(
        room: room, added: added, removed: removed, updated: updated, maxBytes: maxBytes(topic))
    }
    let (previous, revisions) = engine.revisions(for: announcement.room, count: chunks.count)
    let payloads = entries(announcement, engine) { room, added, removed, updated in
      chunks.indices.map { index in
        EventWriter.write(
          EventInput(
            room: room, revision: revisions[index],
            previous: index == 0 ? previous : revisions[index - 1], count: count,
            added: added[chunks[index].added], removed: removed[chunks[index].removed],
            updated: updated[chunks[index].updated], bulk: chunks.count > 1, at: now.wall))
      }
    }
    return (payloads, revisions[revisions.count - 1])
  }

  package func snapshot(
    _ room: Int32, topic: [UInt8], revision: Int64, at time: Int64, limit: Int,
    engine: inout Engine
  ) -> [UInt8] {
    let (members, users) = engine.firstNames(of: room)
    let figures = engine.figures(of: room)
    return engine.withRoomName(room) { name in
      engine.withNames { names in
        var input = SnapshotInput(
          room: name, count: figures.count, users: users.map { names.user($0) },
          usersCount: figures.users, anonymous: figures.anonymous,
          members: members.map { Self.member($0, engine, names) }, revision: revision, at: time)
        input.asleep = engine.asleep(in: room)
        return SnapshotWriter.write(input, maxBytes: min(limit, maxBytes(topic)))
      }
    }
  }

  static func member(_ index: Int32, _ engine: Engine, _ names: EngineNames) -> MemberInput {
    let (client, since, data) = engine.member(index)
    return MemberInput(
      client: names.client(client), user: engine.user(ofClient: client).map { names.user($0) },
      since: since, data: data, isAsleep: engine.isAsleep(client))
  }

  /// Lends the names of a change. Those that only a retained snapshot knew are removed as forgotten.
  private func entries<Result>(
    _ announcement: Announcement, _ engine: Engine,
    _ body: (
      UnsafeRawBufferPointer, _ added: [EventEntry], _ removed: [EventEntry],
      _ updated: [EventEntry]
    ) -> Result
  ) -> Result {
    engine.withRoomName(announcement.room) { room in
      engine.withNames { names in
        func entry(_ client: Int32, _ reason: Reason?) -> EventEntry {
          EventEntry(
            client: names.client(client),
            user: engine.user(ofClient: client).map { names.user($0) }, reason: reason)
        }
        let added = announcement.added.map { entry($0.client, $0.reason) }
        let removed = announcement.removed.map { entry($0.client, $0.reason) }
        let updated = announcement.updated.map { entry($0, nil) }
        return withGhosts(announcement.ghosts, removed) { body(room, added, $0, updated) }
      }
    }
  }

  /// Adds the ghosts, whose names lie in one buffer: there may be as many as a retained snapshot holds, too many
  /// to lend their arrays one within the other.
  private func withGhosts<Result>(
    _ ghosts: [Ghost], _ removed: [EventEntry], _ body: ([EventEntry]) -> Result
  ) -> Result {
    guard !ghosts.isEmpty else { return body(removed) }
    var names: [UInt8] = []
    for ghost in ghosts { names += ghost.client + (ghost.user ?? []) }
    return names.withUnsafeBytes { names in
      var at = 0
      func next(_ count: Int) -> UnsafeRawBufferPointer {
        defer { at += count }
        return UnsafeRawBufferPointer(rebasing: names[at..<at + count])
      }
      var entries = removed
      entries.reserveCapacity(removed.count + ghosts.count)
      for ghost in ghosts {
        let client = next(ghost.client.count)
        let user = ghost.user.map { next($0.count) }
        entries.append(EventEntry(client: client, user: user, reason: .forgotten))
      }
      return body(entries)
    }
  }
}
