import Testing

@testable import Presence

/// Names and their numbers, against a Dictionary.
@Suite struct NameTableTests {
  private struct Key: Hashable {
    var name: [UInt8]
    var scope: Int32
  }

  private static func name(_ random: inout SplitMix64, longest: Int) -> [UInt8] {
    let length = Int.random(in: 1...longest, using: &random)
    return (0..<length).map { _ in UInt8.random(in: 97...99, using: &random) }
  }

  private func find(_ table: NameTable, _ key: Key) -> Int32? {
    key.name.withUnsafeBytes { table.find($0, scope: key.scope) }
  }

  @Test(arguments: [(0, 3), (1, 5), (2, 128), (3, 250)] as [(UInt64, Int)])
  func `it knows what a dictionary knows`(seed: UInt64, longest: Int) {
    var random = SplitMix64(seed: seed)
    var table = NameTable()
    var known: [Key: Int32] = [:]
    for step in 0..<6_000 {
      let key = Key(
        name: Self.name(&random, longest: longest), scope: .random(in: 0..<3, using: &random))
      #expect(find(table, key) == known[key], "seed \(seed)")
      let isGrowing = step / 1_000 % 2 == 0
      if known[key] == nil, isGrowing || Bool.random(using: &random) {
        let index = key.name.withUnsafeBytes { table.insert($0, scope: key.scope) }
        known[key] = index
      } else if let victim = isGrowing
        ? known[key].map({ (key, $0) }) : known.min(by: { $0.value < $1.value }).map({ ($0, $1) })
      {
        table.remove(victim.1)
        known[victim.0] = nil
      }
      #expect(table.count == known.count)
    }
    #expect(Set(known.values).count == known.count, "seed \(seed)")
    for (key, index) in known {
      #expect(find(table, key) == index, "seed \(seed)")
      #expect(table.withName(index) { Array($0) } == key.name)
      #expect(table.withNames { Array($0[index]) } == key.name)
      #expect(table.scope(of: index) == key.scope)
    }
  }

  @Test func `numbers are used again, so that they stay small`() {
    var table = NameTable()
    for round in 0..<500 {
      let names = (0..<10).map { Array("name-\(round)-\($0)".utf8) }
      let indices = names.map { $0.withUnsafeBytes { table.insert($0) } }
      for index in indices { table.remove(index) }
    }
    #expect(table.capacity == 10)
    #expect(table.count == 0)
  }

  @Test func `names survive the compaction that others' going brings about`() {
    var table = NameTable()
    let names = (0..<2_000).map { Array("\($0)-".utf8) + [UInt8](repeating: 120, count: 100) }
    let indices = names.map { $0.withUnsafeBytes { table.insert($0) } }
    for (position, index) in indices.enumerated() where position % 4 != 0 { table.remove(index) }
    for (position, name) in names.enumerated() {
      let found = name.withUnsafeBytes { table.find($0) }
      #expect(found == (position % 4 == 0 ? indices[position] : nil))
    }
  }

  @Test func `restored numbers stay, and the gaps are given out`() {
    var table = NameTable()
    Array("far".utf8).withUnsafeBytes { table.insert($0, at: 3) }
    Array("near".utf8).withUnsafeBytes { table.insert($0, scope: 7, at: 1) }
    table.finishRestoring()
    #expect(table.isTaken(3) && table.isTaken(1) && !table.isTaken(0) && !table.isTaken(2))
    #expect(!table.isTaken(4) && !table.isTaken(-1))
    let new = ["a", "b", "c"].map { Array($0.utf8).withUnsafeBytes { table.insert($0) } }
    #expect(new == [0, 2, 4])
    #expect(Array("far".utf8).withUnsafeBytes { table.find($0) } == 3)
  }
}

/// The flat containers below it.
@Suite struct ContainerTests {
  @Test func `a slab gives freed numbers out again`() {
    var slab = Slab<Int>()
    let numbers = [slab.insert(10), slab.insert(11), slab.insert(12)]
    #expect(numbers == [0, 1, 2])
    slab.remove(1)
    #expect(slab.count == 2)
    let again = slab.insert(13)
    #expect(again == 1)
    slab[1] += 1
    #expect(slab[1] == 14)
    #expect(slab.capacity == 3)
  }

  @Test func `a restored slab gives its gaps out first`() {
    var slab = Slab<Int>()
    slab.restore(7, at: 2, blank: 0)
    slab.finishRestoring { $0 == 0 }
    let numbers = [slab.insert(1), slab.insert(2), slab.insert(3)]
    #expect(numbers == [0, 1, 3])
    #expect(slab[2] == 7)
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `linked lists do what arrays do`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var lists = LinkedLists(lists: 3)
    var arrays: [[Int32]] = [[], [], []]
    for _ in 0..<1_000 {
      let entry = Int32.random(in: 0..<12, using: &random)
      let list = Int.random(in: 0..<3, using: &random)
      let old = arrays.firstIndex { $0.contains(entry) }
      #expect(lists.list(of: entry) == old, "seed \(seed)")
      if let old { arrays[old].removeAll { $0 == entry } }
      if Bool.random(using: &random) {
        lists.append(entry, to: list)
        arrays[list].append(entry)
      } else {
        let list = lists.remove(entry)
        #expect(list == old, "seed \(seed)")
      }
      for (list, array) in arrays.enumerated() {
        #expect(lists.first(of: list) == array.first, "seed \(seed)")
        #expect(lists.isEmpty(list) == array.isEmpty)
      }
    }
    for (list, array) in arrays.enumerated() {
      for entry in array {
        #expect(lists.first(of: list) == entry)
        lists.remove(entry)
      }
    }
  }
}
