/// What somebody at the terminal has chosen of the picture: the order of the rooms, a filter, and a room whose
/// members are shown. Pure: keys in, choices out.
struct WatchControls: Equatable {
  enum Order: String, CaseIterable {
    case name, count, change

    var next: Order {
      switch self {
      case .name: .count
      case .count: .change
      case .change: .name
      }
    }
  }

  private(set) var order = Order.name
  private(set) var filter = ""
  /// Whether keys go to the filter.
  private(set) var isTyping = false
  private(set) var chosen: RoomName?
  /// Whether the members of the chosen room are shown.
  private(set) var isOpen = false

  private static let filterLimit = 64

  /// The room whose members are wanted.
  var openRoom: RoomName? { isOpen ? chosen : nil }

  /// The rooms that pass the filter, in order.
  func arrange(_ model: inout WatchModel) -> [RoomName] {
    let names = model.roomNames()
    let wanted = Self.lowercase(Array(filter.utf8))
    let passing = wanted.isEmpty ? names : names.filter { Self.holds($0.bytes, wanted) }
    switch order {
    case .name: return passing
    case .count: return Self.sorted(passing) { model.rooms[$0]?.count ?? 0 }
    case .change: return Self.sorted(passing) { model.rooms[$0]?.changed ?? .seconds(-1) }
    }
  }

  /// - Parameters:
  ///   - names: the rooms as they are arranged.
  ///   - page: how many are shown at a time.
  /// - Returns: false: the key ends it all.
  mutating func take(_ key: Key, names: [RoomName], page: Int) -> Bool {
    switch key {
    case .up: move(by: -1, names)
    case .down: move(by: 1, names)
    case .pageUp: move(by: -page, names)
    case .pageDown: move(by: page, names)
    case .home: move(by: -names.count, names)
    case .end: move(by: names.count, names)
    case .tab: order = order.next
    case .enter: enter(names)
    case .escape: escape()
    case .backspace: if isTyping { _ = filter.popLast() }
    case .character(let character): return type(character)
    }
    return true
  }

  private mutating func type(_ character: Character) -> Bool {
    if isTyping {
      if filter.count < Self.filterLimit { filter.append(character) }
      return true
    }
    switch character {
    case "q": return false
    case "/": isTyping = true
    case "s": order = order.next
    default: break
    }
    return true
  }

  /// Ends the typing; else opens or closes the chosen room, which is the first where none is.
  private mutating func enter(_ names: [RoomName]) {
    guard !isTyping else { return isTyping = false }
    if chosen.map({ !names.contains($0) }) ?? true {
      chosen = names.first
      isOpen = chosen != nil
    } else {
      isOpen.toggle()
    }
  }

  /// Takes back what was done last: the room, the choice, the filter.
  private mutating func escape() {
    if isTyping || (!isOpen && chosen == nil) {
      (isTyping, filter) = (false, "")
    } else if isOpen {
      isOpen = false
    } else {
      chosen = nil
    }
  }

  private mutating func move(by step: Int, _ names: [RoomName]) {
    guard !names.isEmpty else { return }
    guard let place = chosen.flatMap({ names.firstIndex(of: $0) }) else {
      chosen = step < 0 ? names.last : names.first
      return
    }
    chosen = names[min(max(place + step, 0), names.count - 1)]
  }

  /// The greatest first; what is equal stays in the order of names.
  private static func sorted<Value: Comparable>(
    _ names: [RoomName], by value: (RoomName) -> Value
  ) -> [RoomName] {
    let keyed = names.enumerated().map { (value($0.element), $0.offset, $0.element) }
    return keyed.sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }.map(\.2)
  }

  private static func holds(_ name: [UInt8], _ wanted: [UInt8]) -> Bool {
    lowercase(name).firstRange(of: wanted) != nil
  }

  private static func lowercase(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
  }
}
