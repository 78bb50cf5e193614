/// Whether a topic matches a subscription's filter (MQTT 5 section 4.7).
func matches(_ topic: [UInt8], _ filter: [UInt8]) -> Bool {
  let slash = UInt8(ascii: "/")
  let levels = topic.split(separator: slash, omittingEmptySubsequences: false)
  let wanted = filter.split(separator: slash, omittingEmptySubsequences: false)
  if topic.first == UInt8(ascii: "$"), let first = wanted.first, isWildcard(first) { return false }
  for (place, want) in wanted.enumerated() {
    if want.elementsEqual("#".utf8) { return true }
    guard place < levels.count, want.elementsEqual("+".utf8) || want == levels[place] else {
      return false
    }
  }
  return levels.count == wanted.count
}

private func isWildcard(_ level: ArraySlice<UInt8>) -> Bool {
  level.elementsEqual("+".utf8) || level.elementsEqual("#".utf8)
}
