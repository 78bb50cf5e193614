/// A payload on `query`: a question, and what its answer needs that MQTT 3.1.1 has no properties for.
public struct Asking: Equatable, Sendable {
  /// What is wrong with the question, where something is.
  public var question: Result<Question, PayloadProblem>
  /// Where the answer is to go, unless a property says it.
  public var reply: [UInt8]?
  /// Given back in the answer as it came: a string, or an integer.
  public var id: ID?
  /// Whether the answer is to come at QoS 1.
  public var isAcknowledged = false

  public enum ID: Equatable, Sendable {
    case string([UInt8])
    case integer(Int64)
  }

  private static let maxID = 128

  /// Reads a payload; whatever it holds, there is something to answer.
  public init(_ bytes: UnsafeRawBufferPointer, limits: PayloadLimits = PayloadLimits()) {
    guard bytes.count <= limits.maxPayload, let members = JSONMembers(bytes) else {
      question = .failure(.invalid("not a JSON object of at most \(limits.maxPayload) bytes"))
      return
    }
    reply = members.string("reply")
    id = members.string("id").map { .string($0) } ?? members.integer("id").map { .integer($0) }
    isAcknowledged = members.integer("qos") == 1
    do throws(PayloadProblem) {
      try Self.check(members)
      question = .success(try Question(members))
    } catch { question = .failure(error) }
    guard case .string(let text) = id, text.count > Self.maxID else { return }
    id = nil
    question = .failure(.invalid("id is longer than \(Self.maxID) bytes"))
  }

  private static func check(_ members: JSONMembers) throws(PayloadProblem) {
    let names = Question.kinds.keys.sorted() + ["id", "qos", "reply"]
    if let stranger = members.stranger(to: names) {
      throw .invalid(
        "a question has no \(stranger): it has \(names.joined(separator: ", "))")
    }
    if members.has("id"), members.string("id") == nil, members.integer("id") == nil {
      throw .invalid("id is neither a string nor an integer")
    }
    if members.has("qos"), ![0, 1].contains(members.integer("qos")) {
      throw .invalid("qos is neither 0 nor 1")
    }
  }
}
