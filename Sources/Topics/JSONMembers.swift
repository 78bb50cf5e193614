/// The members of a payload that is one JSON object (RFC 8259), read by type.
///
/// Of members with the same name the last counts, and one that is `null` counts as left out. Names are compared
/// as bytes, after their escapes were read. The payload is borrowed: valid as long as its bytes are.
package struct JSONMembers {
  private let document: JSONDocument
  private let object: Int

  /// Nil: not a JSON object.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard let document = JSONDocument(bytes) else { return nil }
    self.init(document, object: 0)
  }

  init(_ document: JSONDocument, object: Int) {
    self.document = document
    self.object = object
  }

  /// The member `name`; nil: it is not there, or `null`.
  package subscript(_ name: String) -> JSONElement? {
    find(name).flatMap { $0.kind == .null ? nil : $0 }
  }

  package func has(_ name: String) -> Bool { self[name] != nil }

  /// Whether the member `name` is there, though it may be `null`.
  package func names(_ name: String) -> Bool { find(name) != nil }

  package func string(_ name: String) -> [UInt8]? { self[name]?.string }

  /// The integer `name`, exactly; nil: it is not there or is none. JSON has one kind of number: 5.0 and 5e0 are 5.
  package func integer(_ name: String) -> Int64? { self[name]?.integer }

  /// The number `name`, with its fraction; nil: it is not there or is none.
  package func number(_ name: String) -> Double? { self[name]?.number }

  package func bool(_ name: String) -> Bool? { self[name]?.bool }

  /// The elements of the array `name`; nil: it is not there or is none.
  package func array(_ name: String) -> JSONElements? { self[name]?.elements }

  /// The object `name`; nil: it is not there or is none.
  package func object(named name: String) -> JSONMembers? { self[name]?.members }

  /// The beginning of the first name that is none of these, of a member that is not `null`; nil: there is none.
  package func stranger(to names: [String]) -> String? {
    let names = names.map { Array($0.utf8) }
    var at = object + 1
    let end = Int(document.nodes[object].next)
    while at < end {
      let isKnown = names.contains { $0.withUnsafeBytes { isNamed(document.nodes[at], $0) } }
      if !isKnown, document.nodes[at + 1].kind != .null {
        return String(decoding: document.string(document.nodes[at]).prefix(80), as: UTF8.self)
      }
      at = Int(document.nodes[at + 1].next)
    }
    return nil
  }

  private func find(_ name: String) -> JSONElement? {
    var name = name
    let node = name.withUTF8 { find(UnsafeRawBufferPointer($0)) }
    return node.map { JSONElement(document, node: $0) }
  }

  private func find(_ name: UnsafeRawBufferPointer) -> Int? {
    var found: Int?
    var at = object + 1
    let end = Int(document.nodes[object].next)
    while at < end {
      if isNamed(document.nodes[at], name) { found = at + 1 }
      at = Int(document.nodes[at + 1].next)
    }
    return found
  }

  private func isNamed(_ node: JSONNode, _ name: UnsafeRawBufferPointer) -> Bool {
    let text = document.text(of: node)
    if node.isPlain { return text.count == name.count && text.order(to: name) == 0 }
    // An escape takes at most twelve bytes for one.
    guard text.count > name.count, text.count <= 12 * name.count else { return false }
    return document.string(node).elementsEqual(name)
  }

  /// All members in the order of the text, those of the same name as well.
  package var all: AnyIterator<(name: [UInt8], value: JSONElement)> {
    var at = object + 1
    let end = Int(document.nodes[object].next)
    return AnyIterator { [document] in
      guard at < end else { return nil }
      defer { at = Int(document.nodes[at + 1].next) }
      return (document.string(document.nodes[at]), JSONElement(document, node: at + 1))
    }
  }
}
