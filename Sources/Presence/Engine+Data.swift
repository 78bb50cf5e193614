/// What is shown with a member: the membership's own data, else its client's. Every byte of it is counted.
extension Engine {
  func shownData(of index: Int32) -> [UInt8]? {
    let own = memberships[index].data
    let handle = own >= 0 ? own : clients[Int(memberships[index].client)].data
    return handle >= 0 ? blobs[handle] : nil
  }

  /// `nil` or `{}`: none.
  mutating func setData(_ data: [UInt8]?, of client: Int32) {
    let handle = clients[Int(client)].data
    let new = fitting(data, inPlaceOf: handle)
    guard (handle >= 0 ? blobs[handle] : nil) != new else { return }
    forEachMembership(of: client) { engine, membership in
      if engine.memberships[membership].state == .present, engine.memberships[membership].data < 0 {
        engine.touch(membership)
      }
    }
    clients[Int(client)].data = replace(handle, with: new)
    save(client: client)
  }

  mutating func setOwnData(_ data: [UInt8], of index: Int32) {
    let handle = memberships[index].data
    let new = fitting(data, inPlaceOf: handle)
    guard (handle >= 0 ? blobs[handle] : nil) != new else { return }
    touch(index)
    memberships[index].data = replace(handle, with: new)
    save(membership: index)
  }

  mutating func dropOwnData(of index: Int32) {
    memberships[index].data = replace(memberships[index].data, with: nil)
  }

  /// Keeps the data of a row. `isKept` is whether there is place for it: else the row differs from now on.
  mutating func restore(data: [UInt8]?) -> (handle: Int32, isKept: Bool) {
    let kept = fitting(data, inPlaceOf: -1)
    return (replace(-1, with: kept), kept == data)
  }

  /// The data if it is any and there is place for it. Otherwise none: what was there before is true no more.
  private mutating func fitting(_ data: [UInt8]?, inPlaceOf handle: Int32) -> [UInt8]? {
    guard let data, !Self.isEmptyObject(data) else { return nil }
    let before = handle >= 0 ? blobs[handle].count : 0
    if dataBytes - before + data.count <= rules.maxData { return data }
    refuse(.data)
    return nil
  }

  private mutating func replace(_ handle: Int32, with data: [UInt8]?) -> Int32 {
    if handle >= 0 {
      dataBytes -= blobs[handle].count
      blobs[handle] = []
      blobs.remove(handle)
    }
    guard let data else { return -1 }
    dataBytes += data.count
    return blobs.insert(data)
  }

  private static func isEmptyObject(_ data: [UInt8]) -> Bool {
    data.elementsEqual([UInt8(ascii: "{"), UInt8(ascii: "}")])
  }
}
