/// Reads a JSON text in one pass, as strictly as RFC 8259 has it: no comma before a closing bracket, no byte order
/// mark, no number as JavaScript has them besides, no half of a surrogate pair.
///
/// Section 9 lets a parser set limits. There are two: ``maxDepth``, and a number that is beyond every Double.
struct JSONScanner {
  /// Brackets within brackets.
  static let maxDepth = 128

  let bytes: UnsafeRawBufferPointer
  var at = 0
  private let nodes: UnsafeMutableBufferPointer<JSONNode>
  private var count = 0

  private init(_ bytes: UnsafeRawBufferPointer, _ nodes: UnsafeMutableBufferPointer<JSONNode>) {
    self.bytes = bytes
    self.nodes = nodes
  }

  /// The nodes of the object that `bytes` are, with blanks around it at the most; nil: they are none.
  static func object(in bytes: UnsafeRawBufferPointer) -> ContiguousArray<JSONNode>? {
    guard bytes.count <= Int(Int32.max) else { return nil }
    // Two bytes a node at least, a value and what parts it from the next, or two brackets. That is much memory for a
    // long text, which mostly has far fewer.
    let most = bytes.count / 2 + maxDepth + 2
    guard bytes.count > 64 << 10 else { return object(in: bytes, nodes: most).nodes }
    let (nodes, isFull) = object(in: bytes, nodes: bytes.count / 8)
    return isFull ? object(in: bytes, nodes: most).nodes : nodes
  }

  private static func object(
    in bytes: UnsafeRawBufferPointer, nodes limit: Int
  ) -> (nodes: ContiguousArray<JSONNode>?, isFull: Bool) {
    var isFull = false
    let nodes = ContiguousArray<JSONNode>(unsafeUninitializedCapacity: limit) { nodes, count in
      var scanner = JSONScanner(bytes, UnsafeMutableBufferPointer(rebasing: nodes[..<limit]))
      count = scanner.takeText() ? scanner.count : 0
      isFull = scanner.count == limit
    }
    return (nodes.isEmpty ? nil : nodes, isFull)
  }

  private mutating func takeText() -> Bool {
    skipBlanks()
    guard next == UInt8(ascii: "{"), takeObject(depth: 1) else { return false }
    skipBlanks()
    return at == bytes.count
  }
}

extension JSONScanner {
  /// The byte that is next; 0, which no grammar has, at the end.
  @inline(__always)
  var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

  @inline(__always)
  private mutating func skipBlanks() {
    while at < bytes.count, bytes[at] <= 0x20, bytes[at].isJSONBlank { at += 1 }
  }

  @inline(__always)
  private mutating func take(_ mark: UInt8) -> Bool {
    guard next == mark else { return false }
    at += 1
    return true
  }

  private mutating func takeValue(depth: Int) -> Bool {
    switch next {
    case UInt8(ascii: "\""): takeString()
    case UInt8(ascii: "{"): depth < Self.maxDepth && takeObject(depth: depth + 1)
    case UInt8(ascii: "["): depth < Self.maxDepth && takeArray(depth: depth + 1)
    case UInt8(ascii: "t"): takeWord("true", .yes)
    case UInt8(ascii: "f"): takeWord("false", .no)
    case UInt8(ascii: "n"): takeWord("null", .null)
    default: takeNumber()
    }
  }

  private mutating func takeObject(depth: Int) -> Bool {
    guard let index = open(.object) else { return false }
    skipBlanks()
    if take(UInt8(ascii: "}")) { return close(index) }
    repeat {
      skipBlanks()
      guard next == UInt8(ascii: "\""), takeString() else { return false }
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { return false }
      skipBlanks()
      guard takeValue(depth: depth) else { return false }
      skipBlanks()
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}")) && close(index)
  }

  private mutating func takeArray(depth: Int) -> Bool {
    guard let index = open(.array) else { return false }
    skipBlanks()
    if take(UInt8(ascii: "]")) { return close(index) }
    repeat {
      skipBlanks()
      guard takeValue(depth: depth) else { return false }
      skipBlanks()
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "]")) && close(index)
  }

  private mutating func open(_ kind: JSONNode.Kind) -> Int? {
    guard append(kind, from: at) else { return nil }
    at += 1
    return count - 1
  }

  private mutating func close(_ index: Int) -> Bool {
    nodes[index].end = Int32(truncatingIfNeeded: at)
    nodes[index].next = Int32(truncatingIfNeeded: count)
    return true
  }

  private mutating func takeString() -> Bool {
    at += 1
    let start = at
    guard let isPlain = passString(), append(.string, isPlain: isPlain, from: start) else {
      return false
    }
    at += 1
    return true
  }

  private mutating func takeNumber() -> Bool {
    let start = at
    guard let isPlain = passNumber() else { return false }
    return append(.number, isPlain: isPlain, from: start)
  }

  private mutating func takeWord(_ word: StaticString, _ kind: JSONNode.Kind) -> Bool {
    guard bytes.hasBytes(word, at: at) else { return false }
    let start = at
    at += word.utf8CodeUnitCount
    return append(kind, from: start)
  }

  @inline(__always)
  private mutating func append(
    _ kind: JSONNode.Kind, isPlain: Bool = true, from start: Int
  ) -> Bool {
    guard count < nodes.count else { return false }
    (nodes.baseAddress.unsafelyUnwrapped + count).initialize(
      to: JSONNode(
        kind: kind, isPlain: isPlain, start: Int32(truncatingIfNeeded: start),
        end: Int32(truncatingIfNeeded: at), next: Int32(truncatingIfNeeded: count + 1)))
    count += 1
    return true
  }
}

extension UInt8 {
  /// What may stand between JSON's tokens, and around a word that a person has written.
  @inline(__always)
  var isJSONBlank: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }
}
