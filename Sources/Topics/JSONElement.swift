/// A value in a JSON text, borrowed as the text is.
package struct JSONElement {
  private let document: JSONDocument
  private let node: Int

  init(_ document: JSONDocument, node: Int) {
    self.document = document
    self.node = node
  }

  package enum Kind { case object, array, string, number, bool, null }

  package var kind: Kind {
    switch document.nodes[node].kind {
    case .object: .object
    case .array: .array
    case .string: .string
    case .number: .number
    case .yes, .no: .bool
    case .null: .null
    }
  }

  package var string: [UInt8]? {
    kind == .string ? document.string(document.nodes[node]) : nil
  }

  /// As ``string``, for people.
  package var text: String? { string.map { String(decoding: $0, as: UTF8.self) } }

  /// A number as it is spelled.
  package var numberText: String? {
    guard kind == .number else { return nil }
    return String(decoding: document.text(of: document.nodes[node]), as: UTF8.self)
  }

  package var integer: Int64? {
    kind == .number ? document.number(document.nodes[node]).integer : nil
  }

  /// The Double that is nearest to a number.
  package var number: Double? {
    kind == .number ? document.number(document.nodes[node]).double : nil
  }

  package var bool: Bool? {
    switch document.nodes[node].kind {
    case .yes: true
    case .no: false
    default: nil
    }
  }

  package var members: JSONMembers? {
    kind == .object ? JSONMembers(document, object: node) : nil
  }

  package var elements: JSONElements? {
    kind == .array ? JSONElements(document, array: node) : nil
  }

  /// The value in its shortest form, with members in one order: see ``JSONCanonical``.
  var canonical: [UInt8] { JSONCanonical.bytes(of: node, in: document) }
}

/// The elements of an array in a JSON text.
package struct JSONElements: Sequence, IteratorProtocol {
  private let document: JSONDocument
  private var at: Int
  private let end: Int

  init(_ document: JSONDocument, array: Int) {
    self.document = document
    at = array + 1
    end = Int(document.nodes[array].next)
  }

  package mutating func next() -> JSONElement? {
    guard at < end else { return nil }
    defer { at = Int(document.nodes[at].next) }
    return JSONElement(document, node: at)
  }
}
