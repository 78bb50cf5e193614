/// What sources whose topics name a client and a room ask of a client.
extension Engine {
  /// Whether a client is present with no death pending, and in how many rooms it is; `nil`: it is unknown.
  public func place(of who: Who) -> (isOnline: Bool, rooms: Int)? {
    guard let index = find(who), clients[Int(index)].state != .gone else { return nil }
    let client = clients[Int(index)]
    return (client.state == .online, Int(client.presences))
  }
}
