import Glibc

/// Finds the pattern that a topic matches: a walk level by level, whatever the number of patterns.
///
/// A literal goes before a name, and a name before the rest. Where the walk ends nowhere it goes back, so it
/// comes past each node at most once. Children by literal are in one table for all nodes: a look-up is a hash and
/// a comparison. Only what the configuration names is in it, so nobody can fill it with collisions.
struct TopicTrie {
  private struct Node {
    var hasLiterals = false
    var any: Int32 = -1
    var rest: Int32 = -1
    var leaf: Int32 = -1
  }

  private struct Slot {
    var parent: Int32 = -1
    var child: Int32 = -1
    /// Where the literal stands in `literals`.
    var start: Int32 = 0
    var count: Int32 = 0
  }

  private var nodes: ContiguousArray<Node> = [Node()]
  private var slots: ContiguousArray<Slot> = []
  private var literals: ContiguousArray<UInt8> = []
  /// Which levels of a topic each pattern takes.
  private var taken: ContiguousArray<[(depth: Int, isRest: Bool)]> = []
  private var depth = 0

  /// Of patterns with the same shape the first counts.
  init(_ patterns: [TopicPattern]) {
    let literals = patterns.reduce(0) { $0 + $1.levels.count }
    var capacity = 16
    while capacity < 4 * literals { capacity *= 2 }
    slots = ContiguousArray(repeating: Slot(), count: capacity)
    for (number, pattern) in patterns.enumerated() { insert(pattern, Int32(number)) }
  }

  private mutating func insert(_ pattern: TopicPattern, _ number: Int32) {
    var node = 0
    var levels: [(depth: Int, isRest: Bool)] = []
    depth = max(depth, pattern.levels.count)
    for (depth, level) in pattern.levels.enumerated() {
      switch level {
      case .rest: levels.append((depth, true))
      case .named: levels.append((depth, false))
      case .literal, .any: break
      }
      if case .rest = level {
        if nodes[node].rest < 0 { nodes[node].rest = number }
        taken.append(levels)
        return
      }
      node = child(of: node, level)
    }
    if nodes[node].leaf < 0 { nodes[node].leaf = number }
    taken.append(levels)
  }

  private mutating func child(of node: Int, _ level: TopicPattern.Level) -> Int {
    if case .literal(let bytes) = level {
      let found = bytes.withUnsafeBytes { literal(of: Int32(node), $0) }
      if found >= 0 { return Int(found) }
      nodes[node].hasLiterals = true
      return add(bytes, to: node)
    }
    if nodes[node].any < 0 {
      nodes[node].any = Int32(nodes.count)
      nodes.append(Node())
    }
    return Int(nodes[node].any)
  }

  private mutating func add(_ bytes: [UInt8], to node: Int) -> Int {
    let child = nodes.count
    nodes.append(Node())
    var at = bytes.withUnsafeBytes { Self.hash(Int32(node), $0) } & (slots.count - 1)
    while slots[at].child >= 0 { at = (at + 1) & (slots.count - 1) }
    slots[at] = Slot(
      parent: Int32(node), child: Int32(child), start: Int32(literals.count),
      count: Int32(bytes.count))
    literals += bytes
    return child
  }
}

extension TopicTrie {
  /// The number of the pattern that a topic matches, and in `levels` what it takes; -1: none.
  func match(
    _ topic: UnsafeRawBufferPointer, into levels: inout [UnsafeRawBufferPointer]
  ) -> Int {
    levels.removeAll(keepingCapacity: true)
    guard let base = topic.baseAddress, !topic.isEmpty else { return -1 }
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: depth + 1) { starts in
      let number = Int(walk(0, topic, base, from: 0, depth: 0, starts))
      guard number >= 0 else { return -1 }
      for (depth, isRest) in taken[number] {
        let end = isRest ? topic.count : starts[depth + 1] - 1
        levels.append(UnsafeRawBufferPointer(rebasing: topic[starts[depth]..<end]))
      }
      return number
    }
  }

  private func walk(
    _ number: Int32, _ topic: UnsafeRawBufferPointer, _ base: UnsafeRawPointer, from start: Int,
    depth: Int, _ starts: UnsafeMutableBufferPointer<Int>
  ) -> Int32 {
    let node = nodes[Int(number)]
    starts[depth] = start
    if start > topic.count { return node.leaf }
    let end = Self.slash(topic, base, from: start)
    if node.hasLiterals {
      let level = UnsafeRawBufferPointer(start: base + start, count: end - start)
      let child = literal(of: number, level)
      if child >= 0 {
        let leaf = walk(child, topic, base, from: end + 1, depth: depth + 1, starts)
        if leaf >= 0 { return leaf }
      }
    }
    if depth == 0, topic[0] == UInt8(ascii: "$") { return -1 }
    if node.any >= 0 {
      let leaf = walk(node.any, topic, base, from: end + 1, depth: depth + 1, starts)
      if leaf >= 0 { return leaf }
    }
    return node.rest
  }

  /// Where the level that begins at `start` ends.
  @inline(__always)
  private static func slash(
    _ topic: UnsafeRawBufferPointer, _ base: UnsafeRawPointer, from start: Int
  ) -> Int {
    guard start < topic.count,
      let found = memchr(base + start, 0x2f, topic.count - start)
    else { return topic.count }
    return UnsafeRawPointer(found) - base
  }

  @inline(__always)
  private func literal(of node: Int32, _ level: UnsafeRawBufferPointer) -> Int32 {
    var at = Self.hash(node, level) & (slots.count - 1)
    while slots[at].child >= 0 {
      let slot = slots[at]
      if slot.parent == node, slot.count == level.count, holds(slot, level) { return slot.child }
      at = (at + 1) & (slots.count - 1)
    }
    return -1
  }

  private func holds(_ slot: Slot, _ level: UnsafeRawBufferPointer) -> Bool {
    guard let base = level.baseAddress, !level.isEmpty else { return true }
    return literals.withUnsafeBytes {
      guard let start = $0.baseAddress else { return false }
      return memcmp(start + Int(slot.start), base, level.count) == 0
    }
  }

  /// Of the first and the last eight bytes, the length and the node.
  @inline(__always)
  private static func hash(_ node: Int32, _ level: UnsafeRawBufferPointer) -> Int {
    var first: UInt64 = 0
    var last: UInt64 = 0
    if level.count >= 8 {
      first = level.loadUnaligned(as: UInt64.self)
      last = level.loadUnaligned(fromByteOffset: level.count - 8, as: UInt64.self)
    } else {
      for byte in level { first = first << 8 | UInt64(byte) }
    }
    let place = UInt64(UInt32(bitPattern: node)) << 32 | UInt64(level.count)
    let product = (first ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(
      by: last &* 0x2545_f491_4f6c_dd1d ^ place &* 0xd6e8_feb8_6659_fd93 | 1)
    return Int(truncatingIfNeeded: (product.high ^ product.low) >> 7 & 0x7fff_ffff)
  }
}
