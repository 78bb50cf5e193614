/// Writes a value in one form: no blanks, members sorted by the bytes of their names, of equal names the last, no
/// escapes but those that must be, a number in one spelling. Equal values give equal bytes.
///
/// It goes from node to node without making anything of them. What objects need to be sorted lies in one array,
/// those of an inner object behind those of the outer one.
struct JSONCanonical: ~Copyable {
  private let text: UnsafeRawBufferPointer
  private let nodes: UnsafeBufferPointer<JSONNode>
  private var out: ByteSink
  private var order = JSONOrder()

  /// The value at `node`.
  static func bytes(of node: Int, in document: JSONDocument) -> [UInt8] {
    document.nodes.withUnsafeBufferPointer { nodes in
      var canonical = JSONCanonical(
        text: document.bytes, nodes: nodes,
        out: ByteSink(capacity: document.text(of: nodes[node]).count))
      canonical.write(node)
      return canonical.out.bytes
    }
  }

  private mutating func write(_ index: Int) {
    let node = nodes[index]
    switch node.kind {
    case .object: writeObject(index)
    case .array: writeArray(index)
    case .string: writeString(node)
    case .number where !node.isPlain: JSONNumber(text(of: node)).write(to: &out)
    case .number, .yes, .no, .null: out.append(text(of: node))
    }
  }

  @inline(__always)
  private func text(of node: JSONNode) -> UnsafeRawBufferPointer {
    text.part(Int(node.start), Int(node.end))
  }

  private mutating func writeArray(_ index: Int) {
    out.append(UInt8(ascii: "["))
    var at = index + 1
    let end = Int(nodes[index].next)
    while at < end {
      if at > index + 1 { out.append(UInt8(ascii: ",")) }
      write(at)
      at = Int(nodes[at].next)
    }
    out.append(UInt8(ascii: "]"))
  }

  private mutating func writeObject(_ index: Int) {
    out.append(UInt8(ascii: "{"))
    let (first, end) = (index + 1, Int(nodes[index].next))
    if first < end {
      if Int(nodes[first + 1].next) == end { writeMember(first) } else { writeMembers(first, end) }
    }
    out.append(UInt8(ascii: "}"))
  }

  private mutating func writeMembers(_ first: Int, _ end: Int) {
    let mark = order.begin()
    var at = first
    while at < end {
      order.add(at, nodes[at], text)
      at = Int(nodes[at + 1].next)
    }
    order.sort(from: mark, text)
    var isFirst = true
    for place in order.places(from: mark) where order.isLastOfItsName(place, text) {
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      writeMember(order.node(at: place))
    }
    order.end(mark)
  }

  private mutating func writeMember(_ name: Int) {
    writeString(nodes[name])
    out.append(UInt8(ascii: ":"))
    write(name + 1)
  }

  private mutating func writeString(_ node: JSONNode) {
    // What has no escapes needs none, so it is written with its quotes as it stands.
    guard !node.isPlain else {
      return out.append(text.part(Int(node.start) - 1, Int(node.end) + 1))
    }
    out.append(UInt8(ascii: "\""))
    writeEscaped(text(of: node))
    out.append(UInt8(ascii: "\""))
  }

  private mutating func writeEscaped(_ text: UnsafeRawBufferPointer) {
    var at = 0
    while at < text.count {
      let end = text.firstIndex(of: UInt8(ascii: "\\"), from: at) ?? text.count
      out.append(text.part(at, end))
      if end == text.count { return }
      let (scalar, length) = JSONEscapes.scalar(text, at: end)
      writeCharacter(scalar)
      at = end + length
    }
  }

  /// As ``JSONWriter`` spells it.
  private mutating func writeCharacter(_ scalar: Unicode.Scalar) {
    let byte = UInt8(truncatingIfNeeded: scalar.value)
    guard scalar.isASCII, JSONWriter.needsEscape(byte) else { return out.append(scalar) }
    out.append(UInt8(ascii: "\\"))
    if byte >= 0x20 { return out.append(byte) }
    out.append(UInt8(ascii: "u"))
    out.append(UInt8(ascii: "0"), times: 2)
    out.append(UInt8(ascii: "0") + byte >> 4)
    out.append(JSONWriter.digit(byte & 0xf))
  }
}
