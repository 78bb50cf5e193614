/// An event of NanoMQ, member by member and in its order.
///
/// NanoMQ prints names into its JSON as they are, so a client can choose an id or a user name that adds members, or
/// hides some. What a JSON parser makes of that is the client's word, not the broker's. So a name is taken only if it is
/// followed by what NanoMQ writes behind it, if no member comes twice, and if nothing is escaped: NanoMQ never does.
struct NanoMQEvent {
  private var members: [(name: [UInt8], value: [UInt8])] = []

  /// `nil`: it is not as NanoMQ writes it.
  init?(_ payload: UnsafeRawBufferPointer) {
    guard payload.count <= 16 * 1024, !payload.contains(UInt8(ascii: "\\")) else { return nil }
    var at = 0
    guard Self.take("{", payload, &at) else { return nil }
    repeat {
      guard members.count < 32, let name = Self.string(payload, &at), self[name] == nil,
        Self.take(":", payload, &at),
        let value = Self.string(payload, &at) ?? Self.number(payload, &at)
      else { return nil }
      members.append((name, value))
    } while Self.take(",", payload, &at)
    guard Self.take("}", payload, &at), at == payload.count, isInOrder else { return nil }
  }

  subscript(_ name: String) -> [UInt8]? { self[Array(name.utf8)] }

  private subscript(_ name: [UInt8]) -> [UInt8]? { members.first { $0.name == name }?.value }

  func number(_ name: String) -> Int64? {
    self[name].flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
  }

  private var isInOrder: Bool {
    comes("username", before: ["ts"])
      && comes("client_id", before: self["reason_code"] == nil ? ["clean_start"] : ["IPv4", ""])
  }

  /// `""` is the end.
  private func comes(_ name: String, before next: [String]) -> Bool {
    guard let place = members.firstIndex(where: { $0.name == Array(name.utf8) }) else {
      return false
    }
    let follower = place + 1 < members.count ? members[place + 1].name : []
    let isLast = place + 2 >= members.count
    return next.contains { Array($0.utf8) == follower && ($0 != "IPv4" || isLast) }
  }

  private static func skipBlanks(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0a || bytes[at] == 0x0d { at += 1 }
  }

  private static func take(
    _ mark: Unicode.Scalar, _ bytes: UnsafeRawBufferPointer, _ at: inout Int
  ) -> Bool {
    skipBlanks(bytes, &at)
    guard at < bytes.count, bytes[at] == UInt8(ascii: mark) else { return false }
    at += 1
    skipBlanks(bytes, &at)
    return true
  }

  private static func string(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> [UInt8]? {
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\""),
      let end = bytes[(at + 1)...].firstIndex(of: UInt8(ascii: "\""))
    else { return nil }
    defer { at = end + 1 }
    return Array(bytes[(at + 1)..<end])
  }

  private static func number(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> [UInt8]? {
    let digits = bytes[at...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    at += digits.count
    return digits.isEmpty ? nil : Array(digits)
  }
}
