/// What sources ask their systems for, until the bridge may publish.
///
/// One request a topic is enough. What is beyond so many topics is not asked for now: what led to it comes again.
struct SourceRequests {
  static let limit = 1_000

  private var payloads: [[UInt8]: [UInt8]] = [:]
  private var topics: [[UInt8]] = []

  /// - Returns: whether there was room for it.
  mutating func add(_ topic: [UInt8], _ payload: [UInt8]) -> Bool {
    guard payloads[topic] != nil || topics.count < Self.limit else { return false }
    if payloads.updateValue(payload, forKey: topic) == nil { topics.append(topic) }
    return true
  }

  mutating func takeAll() -> [(topic: [UInt8], payload: [UInt8])] {
    guard !topics.isEmpty else { return [] }
    defer { (payloads, topics) = ([:], []) }
    return topics.map { ($0, payloads[$0] ?? []) }
  }
}
