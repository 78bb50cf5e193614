import Presence
import Topics

/// Bytes that live as long as the tests: what borrows them cannot outlive them.
func borrowed(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
  let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
  copy.copyBytes(from: bytes)
  return UnsafeRawBufferPointer(copy)
}

func borrowed(_ text: String) -> UnsafeRawBufferPointer { borrowed(Array(text.utf8)) }

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// A topic as the tables of the tests write it: `room ann phone: lab/north`.
func described(_ topic: [UInt8], root: String = "presence") -> String {
  topic.withUnsafeBytes { bytes in
    switch TopicReader(root: root).read(bytes) {
    case .heartbeat(let who): "heartbeat \(described(who))"
    case .status(let who): "status \(described(who))"
    case .room(let who, let room): "room \(described(who)): \(text(room))"
    case .fence: "fence"
    case .stats: "stats"
    case .events(let room): "events: \(text(room))"
    case .bridgeStatus: "bridge status"
    case .query: "query"
    case .occupancy(let room): "occupancy: \(text(room))"
    case .count(let room): "count: \(text(room))"
    case .brokerUptime: "uptime"
    case .brokerDropped: "dropped"
    case .invalid(let problem): "\(problem)"
    }
  }
}

func described(_ topic: String, root: String = "presence") -> String {
  described(Array(topic.utf8), root: root)
}

private func described(_ who: Who) -> String {
  "\(who.user.map { text($0) } ?? "-") \(text(who.client))"
}

func status(_ payload: String, maxRooms: Int = 64) throws(PayloadProblem) -> Status {
  try Payload.status(borrowed(payload), limits: PayloadLimits(maxRooms: maxRooms))
}

func room(_ payload: String) throws(PayloadProblem) -> RoomAction {
  try Payload.room(borrowed(payload))
}

func heartbeat(_ payload: String) throws(PayloadProblem) -> Heartbeat {
  try Payload.heartbeat(borrowed(payload))
}

/// The `data` of a birth that has this one.
func data(_ json: String) throws(PayloadProblem) -> String? {
  guard case .online(let birth) = try status(#"{"state":"online","data":\#(json)}"#) else {
    return nil
  }
  return birth.data.map { text($0) }
}

func bytes(_ rooms: [String]) -> [[UInt8]] { rooms.map { Array($0.utf8) } }

/// Splitmix64: the same seed gives the same numbers on every machine.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
