/// What is known of the names heard last, at most `limit` of them: of a full table the one that has not been
/// heard for longest makes room. Order is by hearing, so nothing depends on a hash.
struct RecentTable<Value> {
  private struct Entry {
    var name: [UInt8]
    var value: Value
    var older = -1
    var newer = -1
  }

  let limit: Int
  /// Names that made room for others.
  private(set) var evicted: UInt64 = 0
  private var entries: [Entry] = []
  private var places: [[UInt8]: Int] = [:]
  private var free: [Int] = []
  private var newest = -1
  private var oldestPlace = -1

  init(limit: Int) { self.limit = max(1, limit) }

  var count: Int { places.count }

  /// What is known of the name that has not been heard for longest.
  var oldest: Value? { oldestPlace < 0 ? nil : entries[oldestPlace].value }

  subscript(name: [UInt8]) -> Value? { places[name].map { entries[$0].value } }

  /// Changes what is known of a name that is heard now; `fresh` is what is known of a new one.
  mutating func hear<Result>(
    _ name: [UInt8], fresh: @autoclosure () -> Value, _ change: (inout Value) -> Result
  ) -> Result {
    let place = places[name] ?? add(name, fresh())
    unlink(place)
    link(place)
    return change(&entries[place].value)
  }

  mutating func remove(_ name: [UInt8]) {
    if let place = places[name] { remove(at: place) }
  }

  mutating func removeOldest() {
    if oldestPlace >= 0 { remove(at: oldestPlace) }
  }

  /// Changes all, from the one that has not been heard for longest.
  mutating func forEach(_ change: ([UInt8], inout Value) -> Void) {
    var place = oldestPlace
    while place >= 0 {
      change(entries[place].name, &entries[place].value)
      place = entries[place].newer
    }
  }

  private mutating func add(_ name: [UInt8], _ value: Value) -> Int {
    if places.count == limit {
      removeOldest()
      evicted += 1
    }
    let entry = Entry(name: name, value: value)
    let place = free.popLast() ?? entries.count
    if place == entries.count { entries.append(entry) } else { entries[place] = entry }
    places[name] = place
    link(place)
    return place
  }

  private mutating func remove(at place: Int) {
    unlink(place)
    places.removeValue(forKey: entries[place].name)
    free.append(place)
  }

  private mutating func link(_ place: Int) {
    entries[place].older = newest
    entries[place].newer = -1
    if newest >= 0 { entries[newest].newer = place } else { oldestPlace = place }
    newest = place
  }

  private mutating func unlink(_ place: Int) {
    let (older, newer) = (entries[place].older, entries[place].newer)
    if older >= 0 { entries[older].newer = newer } else { oldestPlace = newer }
    if newer >= 0 { entries[newer].older = older } else { newest = older }
  }
}
