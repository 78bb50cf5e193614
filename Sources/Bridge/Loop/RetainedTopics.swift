import Presence
import Topics

/// What the broker holds on our own retained topics, read at a reconnect, until it was compared with the
/// truth.
struct RetainedTopics {
  struct Seen {
    /// Of the snapshot; 0: there is none.
    var revision: Int64 = 0
    /// Milliseconds since 1970; with the revision it makes a snapshot of the same state the same bytes.
    var at: Int64 = 0
    var digest: Int?
    var count: Int?
    var hasCount = false
    private var configs: (binarySensor: Int?, sensor: Int?)
    var snapshot: RetainedSnapshot?

    var hasSnapshot: Bool { digest != nil }

    init(digest: Int? = nil, hasCount: Bool = false) {
      self.digest = digest
      self.hasCount = hasCount
    }

    /// The digest of what Home Assistant is told of the room as a component.
    subscript(component: DiscoveryComponent) -> Int? {
      get { component == .sensor ? configs.sensor : configs.binarySensor }
      set {
        switch component {
        case .binarySensor: configs.binarySensor = newValue
        case .sensor: configs.sensor = newValue
        }
      }
    }
  }

  private var names = NameTable()
  /// By the name's number.
  private var seen: ContiguousArray<Seen?> = []
  private var unchecked: ContiguousArray<Int32> = []
  private var strays: ContiguousArray<[UInt8]> = []
  private var checked: ContiguousArray<Bool> = []
  private var nextRoom: Int32 = 0
  private var isChecking = false
  /// The highest revision on any of them.
  private(set) var revision: Int64 = 0

  /// Whether the broker holds anything of ours.
  var hasSeen: Bool { !unchecked.isEmpty }

  /// Grows while the topics are compared.
  var compared: Int { Int(nextRoom) - unchecked.count - strays.count }

  /// - Parameters:
  ///   - believed: what a snapshot's revision may be; with a greater one it is not the bridge's.
  ///   - adoptedAfter: a snapshot from after this, in milliseconds since 1970, was published by a bridge whose
  ///     database is lost: its members are remembered, too. `nil`: the engine knows better.
  mutating func occupancy(
    _ room: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer,
    believed: ClosedRange<Int64> = Revision.believed, adoptedAfter: Int64?
  ) {
    note(room) { seen, revision in
      seen.digest = Self.digest(payload)
      let snapshot = RetainedSnapshot.read(payload, believed: believed)
      seen.revision = snapshot?.revision ?? 0
      seen.at = snapshot.flatMap { Timestamp.read($0.at) } ?? 0
      seen.snapshot = adoptedAfter.map { seen.at > $0 } ?? false ? snapshot : nil
      revision = max(revision, seen.revision)
    }
  }

  mutating func count(_ room: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) {
    note(room) { seen, _ in
      seen.hasCount = true
      seen.count = Payload.count(payload)
    }
  }

  mutating func config(
    _ room: [UInt8], _ component: DiscoveryComponent, _ payload: UnsafeRawBufferPointer
  ) {
    room.withUnsafeBytes { room in
      note(room) { seen, _ in seen[component] = Self.digest(payload) }
    }
  }

  /// A topic of ours that stands for no room.
  mutating func stray(_ topic: UnsafeRawBufferPointer) { strays.append([UInt8](topic)) }

  private mutating func note(
    _ room: UnsafeRawBufferPointer, _ change: (inout Seen, inout Int64) -> Void
  ) {
    let place = names.find(room) ?? add(room)
    var changed = seen[Int(place)].take() ?? Seen()
    change(&changed, &revision)
    seen[Int(place)] = changed
  }

  private mutating func add(_ room: UnsafeRawBufferPointer) -> Int32 {
    let place = names.insert(room)
    if Int(place) == seen.count { seen.append(nil) }
    unchecked.append(place)
    return place
  }

  private mutating func take(_ place: Int32) -> Seen? {
    guard let taken = seen[Int(place)].take() else { return nil }
    names.remove(place)
    return taken
  }

  /// Everything has been read; now it is to be compared.
  mutating func beginChecking() {
    isChecking = true
    nextRoom = 0
  }

  /// Topics that are still to be compared.
  enum Check {
    /// Those of a room that something was seen of.
    case seen([UInt8], Seen)
    /// Those of a room of the engine's that nothing was seen of.
    case room(Int32)
    /// One that stands for no room.
    case stray([UInt8])
  }

  /// The next comparison to make; `nil`: all is true.
  mutating func next(roomCapacity: Int32) -> Check? {
    guard isChecking else { return nil }
    if let topic = strays.popLast() { return .stray(topic) }
    while let place = unchecked.popLast() {
      guard seen[Int(place)] != nil else { continue }
      let name = names.withName(place) { [UInt8]($0) }
      return take(place).map { .seen(name, $0) }
    }
    while nextRoom < roomCapacity {
      nextRoom += 1
      if isPending(nextRoom - 1) { return .room(nextRoom - 1) }
    }
    self = RetainedTopics()
    return nil
  }

  var isDone: Bool { !isChecking }

  /// Whether a room of the engine's has yet to be compared.
  func isPending(_ room: Int32) -> Bool {
    isChecking && !(Int(room) < checked.count && checked[Int(room)])
  }

  /// A room was compared, or is published anyway. Gives what was seen of it.
  @discardableResult
  mutating func settle(_ room: Int32, name: [UInt8]) -> Seen? {
    while checked.count <= Int(room) { checked.append(false) }
    checked[Int(room)] = true
    return name.withUnsafeBytes { names.find($0) }.flatMap { take($0) }
  }

  static func digest(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: bytes)
    return hasher.finalize()
  }
}
