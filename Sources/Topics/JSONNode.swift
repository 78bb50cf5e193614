/// One value of a JSON text, or one name of a member, as ``JSONScanner`` found it.
///
/// The nodes of a text lie in one array in the order of the text: an object's node is followed by a name and a
/// value for each member, an array's by its elements. So there are no trees, and what a text costs grows with its
/// bytes alone.
struct JSONNode {
  enum Kind: UInt8 { case object, array, string, number, yes, no, null }

  var kind: Kind
  /// The text is the value in its one spelling: a string without escapes, a short integer.
  var isPlain: Bool
  /// The bytes of the value in the text, of a string without its quotes.
  var start: Int32
  var end: Int32
  /// The first node behind this one and all that is in it.
  var next: Int32
}

/// A JSON text (RFC 8259) that is an object, after it was read. The bytes are borrowed.
struct JSONDocument {
  let bytes: UnsafeRawBufferPointer
  let nodes: ContiguousArray<JSONNode>

  /// Nil: no JSON, or no object. Nesting ends at ``JSONScanner/maxDepth``.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let nodes = JSONScanner.object(in: bytes) else { return nil }
    self.bytes = bytes
    self.nodes = nodes
  }

  /// The bytes of a node in the text.
  @inline(__always)
  func text(of node: JSONNode) -> UnsafeRawBufferPointer {
    bytes.part(Int(node.start), Int(node.end))
  }

  /// The value of a string.
  func string(_ node: JSONNode) -> [UInt8] {
    guard !node.isPlain else { return [UInt8](text(of: node)) }
    var value: [UInt8] = []
    value.reserveCapacity(Int(node.end - node.start))
    JSONEscapes.decode(text(of: node)) { value.append($0) }
    return value
  }

  func number(_ node: JSONNode) -> JSONNumber { JSONNumber(text(of: node)) }
}
