/// What sources ask their systems for, until the bridge may publish.
///
/// One request a topic is enough, and beyond so many topics none is kept: a system asks again.
struct SourceRequests {
  static let limit = 1_000

  private var payloads: [[UInt8]: [UInt8]] = [:]
  private var topics: [[UInt8]] = []

  mutating func add(_ topic: [UInt8], _ payload: [UInt8]) {
    guard payloads[topic] != nil || topics.count < Self.limit else { return }
    if payloads.updateValue(payload, forKey: topic) == nil { topics.append(topic) }
  }

  mutating func takeAll() -> [(topic: [UInt8], payload: [UInt8])] {
    guard !topics.isEmpty else { return [] }
    defer { (payloads, topics) = ([:], []) }
    return topics.map { ($0, payloads[$0] ?? []) }
  }
}
