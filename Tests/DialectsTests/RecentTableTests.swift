import Testing

@testable import Dialects

@Suite struct RecentTableTests {
  /// The same by an array, from the oldest on.
  private struct Model {
    var entries: [(name: [UInt8], value: Int)] = []
    var evicted: UInt64 = 0

    mutating func hear(_ name: [UInt8], limit: Int) {
      let value = entries.first { $0.name == name }?.value ?? 0
      entries.removeAll { $0.name == name }
      if entries.count == limit {
        entries.removeFirst()
        evicted += 1
      }
      entries.append((name, value + 1))
    }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `it is as an array that is sorted by hearing`(seed: UInt64) {
    var random = Seeded(seed: seed)
    let limit = Int.random(in: 1...12, using: &random)
    var table = RecentTable<Int>(limit: limit)
    var model = Model()
    for _ in 0..<3000 {
      let name: [UInt8] = [.random(in: 0...15, using: &random)]
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        table.remove(name)
        model.entries.removeAll { $0.name == name }
      case 1:
        table.removeOldest()
        if !model.entries.isEmpty { model.entries.removeFirst() }
      default:
        table.hear(name, fresh: 0) { $0 += 1 }
        model.hear(name, limit: limit)
      }
      expectEqual(&table, model)
    }
  }

  private func expectEqual(_ table: inout RecentTable<Int>, _ model: Model) {
    var names: [[UInt8]] = []
    var values: [Int] = []
    table.forEach { name, value in
      names.append(name)
      values.append(value)
    }
    #expect(names == model.entries.map(\.name))
    #expect(values == model.entries.map(\.value))
    #expect(table.count == model.entries.count)
    #expect(table.oldest == model.entries.first?.value)
    #expect(table.evicted == model.evicted)
    for (name, value) in model.entries { #expect(table[name] == value) }
  }
}
