/// What the clients and rooms of a fleet are called, and the topics that they write.
///
/// Names are a function of the number alone, so that two runs of one plan speak of the same things.
public struct FleetNames: Sendable {
  private let root: String
  private let plan: FleetPlan
  private let digits: Int

  public init(plan: FleetPlan, root: String) {
    self.plan = plan
    self.root = root
    digits = max(2, String(max(plan.clients, 1)).count)
  }

  /// `sim-07`: the plan's prefix and the client's number from 1, padded to the fleet's size.
  public func client(_ number: Int) -> String {
    plan.prefix + padded(number + 1, digits: digits)
  }

  /// Whose client it is: every second one has a user when the plan has users.
  public func user(_ number: Int) -> String? {
    guard plan.users > 0, number % 2 == 1 else { return nil }
    return "user-\(number / 2 % plan.users + 1)"
  }

  /// `building-a/floor-2/room-201`: five rooms a floor, four floors a building.
  public func room(_ number: Int) -> String {
    let floor = number / 5 % 4 + 1
    let room = "\(floor)\(padded(number % 5 + 1, digits: 2))"
    return "building-\(letters(number / 20))/floor-\(floor)/room-\(room)"
  }

  public func status(_ number: Int) -> String { who(number) + "/status" }
  public func heartbeat(_ number: Int) -> String { who(number) + "/heartbeat" }

  public func room(_ room: Int, of number: Int) -> String {
    who(number) + "/rooms/" + self.room(room)
  }

  private func who(_ number: Int) -> String {
    let client = "clients/" + self.client(number)
    return user(number).map { "\(root)/users/\($0)/\(client)" } ?? "\(root)/\(client)"
  }

  /// 0 is `a`, 25 is `z`, 26 is `aa`.
  private func letters(_ number: Int) -> String {
    let letter = String(UnicodeScalar(UInt8(97 + number % 26)))
    return number < 26 ? letter : letters(number / 26 - 1) + letter
  }

  private func padded(_ number: Int, digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
