import MQTT

extension SimulatedFleet {
  /// Everybody goes for good: clears its retained status, waits for the broker to have that, and
  /// disconnects. Who is away comes back for it, a few at a time, or its will would stay behind.
  ///
  /// - Parameters:
  ///   - limit: after which whoever is left is dropped.
  ///   - stop: asked at each turn; true ends it likewise.
  /// - Returns: how many may have left a retained status behind.
  public func sayGoodbye(within limit: Duration, unless stop: () -> Bool) throws(FleetError) -> Int
  {
    let deadline = now + limit
    for member in members where !member.leavesTrace { member.drop() }
    var waiting = members.filter(\.leavesTrace)[...]
    var parting: [FleetMember] = []
    while now < deadline, !stop() {
      parting.removeAll { !$0.leavesTrace && $0.stage == .away }
      while parting.count < plan.connectingAtOnce, let member = waiting.popFirst() {
        beginParting(member)
        parting.append(member)
      }
      guard !parting.isEmpty else { break }
      // Who lost its connection over it tries again at the end of the line.
      let lost = parting.filter { $0.leavesTrace && $0.stage == .away }
      if !lost.isEmpty {
        parting.removeAll { $0.leavesTrace && $0.stage == .away }
        waiting += lost
      }
      try turnNetwork(upTo: lost.isEmpty ? .milliseconds(100) : .milliseconds(20))
    }
    for member in members { member.drop() }
    return members.count(where: \.leavesTrace)
  }

  private func beginParting(_ member: FleetMember) {
    do throws(MQTTError) {
      try member.part(template)
      flush(member)
    } catch {
      note(error)
      member.drop()
    }
  }
}
