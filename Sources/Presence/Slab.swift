/// Values with small, reusable numbers, in one flat array.
struct Slab<Element> {
  private(set) var items: ContiguousArray<Element> = []
  private(set) var free: ContiguousArray<Int32> = []

  var capacity: Int { items.count }
  var count: Int { items.count - free.count }

  subscript(_ index: Int32) -> Element {
    @inline(__always) _read { yield items[Int(index)] }
    @inline(__always) _modify { yield &items[Int(index)] }
  }

  /// - Parameter inherit: what an item takes over from the one that had its number before.
  mutating func insert(
    _ item: Element, inherit: (_ old: Element, _ new: inout Element) -> Void = { _, _ in }
  ) -> Int32 {
    guard let index = free.popLast() else {
      items.append(item)
      return Int32(items.count - 1)
    }
    var item = item
    inherit(items[Int(index)], &item)
    items[Int(index)] = item
    return index
  }

  /// The caller has marked the item as free.
  mutating func remove(_ index: Int32) { free.append(index) }

  /// Puts an item under a number that was kept; the holes are filled with `blank` and become free at
  /// ``finishRestoring(isFree:)``.
  mutating func restore(_ item: Element, at index: Int32, blank: Element) {
    while items.count <= Int(index) { items.append(blank) }
    items[Int(index)] = item
  }

  mutating func finishRestoring(isFree: (Element) -> Bool) {
    free.removeAll()
    for index in items.indices.reversed() where isFree(items[index]) { free.append(Int32(index)) }
  }
}
