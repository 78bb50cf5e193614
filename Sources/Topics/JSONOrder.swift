/// The members of the objects that are being written, sorted by the bytes of their names.
///
/// One array for all of them, in which those of an inner object stand behind those of the outer one: an object costs
/// no memory of its own. Names with escapes are kept decoded.
struct JSONOrder {
  private struct Member {
    /// The first eight bytes of the name: mostly they tell the order.
    var head: UInt64
    /// Where the name is: in the text, or among `decoded`.
    var start: Int32
    var end: Int32
    var isDecoded: Bool
    /// The node of the name.
    var node: Int32
  }

  private var members: ContiguousArray<Member> = []
  private var decoded: ContiguousArray<UInt8> = []

  /// Where an object's members begin.
  struct Mark {
    fileprivate let member: Int
    fileprivate let byte: Int
  }

  func begin() -> Mark { Mark(member: members.count, byte: decoded.count) }

  mutating func end(_ mark: Mark) {
    members.removeLast(members.count - mark.member)
    if decoded.count > mark.byte { decoded.removeLast(decoded.count - mark.byte) }
  }

  func places(from mark: Mark) -> Range<Int> { mark.member..<members.count }
  func node(at place: Int) -> Int { Int(members[place].node) }

  mutating func add(_ index: Int, _ node: JSONNode, _ text: UnsafeRawBufferPointer) {
    var member = Member(
      head: 0, start: node.start, end: node.end, isDecoded: !node.isPlain,
      node: Int32(truncatingIfNeeded: index))
    if member.isDecoded {
      member.start = Int32(truncatingIfNeeded: decoded.count)
      JSONEscapes.decode(text.part(Int(node.start), Int(node.end))) { decoded.append($0) }
      member.end = Int32(truncatingIfNeeded: decoded.count)
    }
    member.head = withNames(text) { Self.head($0.name(of: member)) }
    members.append(member)
  }

  private static func head(_ name: UnsafeRawBufferPointer) -> UInt64 {
    if name.count >= 8 { return UInt64(bigEndian: name.loadUnaligned(as: UInt64.self)) }
    var head: UInt64 = 0
    for at in 0..<name.count { head |= UInt64(name[at]) << UInt64(56 - 8 * at) }
    return head
  }

  /// Of equal names the one that comes later in the text goes behind the others.
  mutating func sort(from mark: Mark, _ text: UnsafeRawBufferPointer) {
    let places = places(from: mark).dropLast()
    let isSorted = withNames(text) { names in
      places.allSatisfy { names.order(members[$0], members[$0 + 1]) <= 0 }
    }
    if isSorted { return }
    decoded.withUnsafeBytes { decoded in
      let names = Names(text: text, decoded: decoded)
      members.withUnsafeMutableBufferPointer { members in
        var mine = UnsafeMutableBufferPointer(rebasing: members[mark.member...])
        mine.sort { left, right in
          let order = names.order(left, right)
          return order < 0 || (order == 0 && left.node < right.node)
        }
      }
    }
  }

  /// Whether the next member has another name. Between the members of an object others come and go.
  func isLastOfItsName(_ place: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    place + 1 == members.count
      || withNames(text) { $0.order(members[place], members[place + 1]) < 0 }
  }

  @inline(__always)
  private func withNames<Result>(
    _ text: UnsafeRawBufferPointer, _ body: (Names) -> Result
  ) -> Result {
    decoded.withUnsafeBytes { body(Names(text: text, decoded: $0)) }
  }

  private struct Names {
    let text: UnsafeRawBufferPointer
    let decoded: UnsafeRawBufferPointer

    @inline(__always)
    func name(of member: Member) -> UnsafeRawBufferPointer {
      (member.isDecoded ? decoded : text).part(Int(member.start), Int(member.end))
    }

    @inline(__always)
    func order(_ left: Member, _ right: Member) -> Int {
      if left.head != right.head { return left.head < right.head ? -1 : 1 }
      return name(of: left).order(to: name(of: right))
    }
  }
}
