/// The names that a load uses, so that they are nobody else's at a broker that others use, too.
enum LoadNames {
  /// 20 bytes.
  static func client(_ number: Int) -> String {
    let digits = String(number)
    return "bench-load-" + String(repeating: "0", count: max(0, 9 - digits.count)) + digits
  }

  static func status(_ client: String) -> String { "presence/clients/\(client)/status" }
  static func heartbeat(_ client: String) -> String { "presence/clients/\(client)/heartbeat" }
  static func join(_ client: String, _ room: String) -> String {
    "presence/clients/\(client)/rooms/\(room)"
  }
  static func count(_ room: String) -> String { "presence/count/\(room)" }

  /// A birth that names one room.
  static func birth(room: String, timeout: Int) -> [UInt8] {
    Array(#"{"state":"online","rooms":["\#(room)"],"timeout":\#(timeout)}"#.utf8)
  }
}
