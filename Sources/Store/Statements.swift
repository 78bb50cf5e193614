import CSQLite
import Presence

/// The statements that a commit uses.
final class Statements {
  let putClient, putMembership, putRoom: Statement
  let dropClient, dropMembership, dropRoom: Statement
  let putBridge: Statement

  init(_ handle: OpaquePointer) throws(StoreError) {
    putClient = try Statement(
      handle, "INSERT OR REPLACE INTO client VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
    putMembership = try Statement(handle, "INSERT OR REPLACE INTO membership VALUES (?,?,?,?,?,?)")
    putRoom = try Statement(handle, "INSERT OR REPLACE INTO room VALUES (?,?,?,?)")
    dropClient = try Statement(handle, "DELETE FROM client WHERE id = ?")
    dropMembership = try Statement(handle, "DELETE FROM membership WHERE id = ?")
    dropRoom = try Statement(handle, "DELETE FROM room WHERE id = ?")
    putBridge = try Statement(
      handle, "UPDATE bridge SET revision = ?, alive_at = ?, dropped = ? WHERE owner = ?")
  }
}

extension Statements {
  func save(_ row: RoomRow?, _ id: Int32) throws(StoreError) {
    guard let row else { return try drop(id, with: dropRoom) }
    putRoom.bind(Int64(id), at: 1)
    putRoom.bind(row.name, at: 2)
    putRoom.bind(row.revision, at: 3)
    putRoom.bind(row.emptiedAt, at: 4)
    try putRoom.run()
  }

  func save(_ row: ClientRow?, _ id: Int32) throws(StoreError) {
    guard let row else { return try drop(id, with: dropClient) }
    putClient.bind(Int64(id), at: 1)
    putClient.bind(row.user, at: 2)
    putClient.bind(row.name, at: 3)
    putClient.bind(Int64(row.state), at: 4)
    putClient.bind(row.mark, at: 5)
    putClient.bind(row.timeout, at: 6)
    putClient.bind(row.epoch, at: 7)
    putClient.bind(Int64(row.deathHash), at: 8)
    putClient.bind(Int64(row.birthHash), at: 9)
    putClient.bind(row.isUnconfirmed ? 1 : 0, at: 10)
    putClient.bind(row.isAsleep ? 1 : 0, at: 12)
    putClient.bind(Int64(row.gateway), at: 13)
    putClient.bind(row.isGated ? 1 : 0, at: 14)
    putClient.bind(row.returnsAlone ? 1 : 0, at: 15)
    putClient.bind(row.saidDeath ? 1 : 0, at: 16)
    try run(putClient, with: row.data, at: 11)
  }

  func save(_ row: MembershipRow?, _ id: Int32) throws(StoreError) {
    guard let row else { return try drop(id, with: dropMembership) }
    putMembership.bind(Int64(id), at: 1)
    putMembership.bind(Int64(row.client), at: 2)
    putMembership.bind(Int64(row.room), at: 3)
    putMembership.bind(Int64(row.state), at: 4)
    putMembership.bind(row.since, at: 5)
    try run(putMembership, with: row.data, at: 6)
  }

  private func run(_ statement: Statement, with data: [UInt8]?, at position: Int32)
    throws(StoreError)
  {
    guard let data else {
      statement.bind(UnsafeRawBufferPointer?.none, at: position)
      return try statement.run()
    }
    let result = data.withUnsafeBytes { bytes in
      Result { () throws(StoreError) in
        statement.bind(bytes, at: position)
        try statement.run()
      }
    }
    try result.get()
  }

  private func drop(_ id: Int32, with statement: Statement) throws(StoreError) {
    statement.bind(Int64(id), at: 1)
    try statement.run()
  }
}
