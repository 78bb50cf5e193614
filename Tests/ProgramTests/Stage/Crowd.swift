/// People who come and go in one room, each of whom joins once and leaves once.
struct Crowd {
  static let room = "lab"

  enum Move: Hashable {
    case join(String)
    case leave(String)

    var name: String {
      switch self {
      case .join(let name), .leave(let name): name
      }
    }

    var word: Teller.Word {
      switch self {
      case .join(let name):
        Teller.Word(topic: "presence/clients/\(name)/rooms/\(Crowd.room)", payload: "join")
      case .leave(let name):
        Teller.Word(topic: "presence/clients/\(name)/rooms/\(Crowd.room)", payload: "leave")
      }
    }
  }

  var random = SplitMix64(state: 7)
  private var present: [String] = []
  private var number = 10_000

  /// The next move: somebody new comes, or of many somebody goes.
  mutating func move() -> Move {
    if present.count > 20, Int.random(in: 0..<60, using: &random) < present.count {
      return .leave(present.remove(at: Int.random(in: 0..<present.count, using: &random)))
    }
    return join()
  }

  mutating func join() -> Move {
    number += 1
    present.append("c\(number)")
    return .join("c\(number)")
  }

  /// Who is there after some moves.
  static func members(_ moves: some Sequence<Move>, from members: Set<String> = []) -> Set<String> {
    moves.reduce(into: members) { members, move in
      switch move {
      case .join(let name): members.insert(name)
      case .leave(let name): members.remove(name)
      }
    }
  }
}

/// SplitMix64, so that each run tells the same story.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
