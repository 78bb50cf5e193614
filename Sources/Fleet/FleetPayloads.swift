/// What the fleet's clients say.
enum FleetPayloads {
  /// The will. Its epoch tells the bridge that it is stale when it comes after the next birth.
  static func offline(epoch: Int64) -> [UInt8] {
    Array(#"{"state":"offline","epoch":\#(epoch)}"#.utf8)
  }

  static func online(rooms: [String], epoch: Int64, timeout: Duration) -> [UInt8] {
    let (seconds, attoseconds) = timeout.components
    let fraction = Double(attoseconds) / 1e18
    // The names are the fleet's own: nothing in them needs an escape.
    let list = rooms.map { "\"\($0)\"" }.joined(separator: ",")
    return Array(
      (#"{"state":"online","rooms":[\#(list)],"epoch":\#(epoch),"#
        + #""timeout":\#(Double(seconds) + fraction)}"#).utf8)
  }

  static let join = Array("join".utf8)
  static let leave = Array("leave".utf8)
}
