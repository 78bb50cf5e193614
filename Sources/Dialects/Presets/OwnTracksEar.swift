import Presence
import Topics

/// Hears what a message of a phone says, and says so.
struct OwnTracksEar<Listener: DialectListener> {
  let message: DialectMessage
  let listener: Listener

  private var user: UnsafeRawBufferPointer { message.levels[0] }
  private var client: UnsafeRawBufferPointer { message.levels[1] }
  /// Seconds since 1970.
  private var now: Int64 { message.now.wall / 1000 }

  func hear(_ word: Saying.Word, region: UnsafeRawBufferPointer? = nil) {
    var saying = Saying(client, word)
    saying.user = user
    if let region { saying.values = [("room", region)] }
    listener.hear(saying)
  }

  func location(_ members: JSONMembers, _ phone: inout OwnTracksPhone) {
    // The fix may be older than the message, which says where the phone is as it is written.
    let time = time(members, "created_at") ?? time(members, "tst") ?? now
    guard let regions = members.array("inregions") else {
      return members.has("inregions") ? listener.isInvalid("inregions is no array") : isAlive(phone)
    }
    guard phone.isIn(at: time) else {
      listener.isStale()
      return isAlive(phone)
    }
    comeBack(phone)
    hearIsIn(regions.compactMap { $0.string.flatMap { OwnTracksRegion.room($0) } })
  }

  func transition(_ members: JSONMembers, _ phone: inout OwnTracksPhone) {
    guard let word = Self.word(members) else {
      return listener.isInvalid("a transition that neither enters nor leaves")
    }
    guard let region = members.string("desc").flatMap(OwnTracksRegion.room) else {
      return isAlive(phone)
    }
    guard phone.moves(region, at: time(members, "tst") ?? now) else {
      listener.isStale()
      return isAlive(phone)
    }
    comeBack(phone)
    region.withUnsafeBytes { hear(word, region: $0) }
  }

  func will(_ members: JSONMembers, _ phone: inout OwnTracksPhone) {
    let connected = time(members, "tst")
    if let connected { phone.die(connected) }
    hear(.offline(Death(epoch: connected)))
  }

  private static func word(_ members: JSONMembers) -> Saying.Word? {
    switch members.string("event").map({ String(decoding: $0, as: UTF8.self) }) {
    case "enter": .enters
    case "leave": .leaves
    default: nil
    }
  }

  private func time(_ members: JSONMembers, _ name: String) -> Int64? {
    guard let time = members.number(name), time >= 0, time < 1e15 else { return nil }
    return min(Int64(time), now)
  }

  private func isAlive(_ phone: OwnTracksPhone) {
    guard !message.isReplay else { return }
    if !comeBack(phone) { hear(.heartbeat(nil)) }
  }

  /// Makes a phone present that is not, and known by the last will that it has outlived.
  /// - Returns: whether it had to be.
  @discardableResult
  private func comeBack(_ phone: OwnTracksPhone) -> Bool {
    guard !message.isReplay else { return false }
    let standing = listener.standing(of: client, user: user)
    if standing?.isPresent == true, (phone.lastWill ?? .min) <= (standing?.epoch ?? .min) {
      return false
    }
    hear(.online(Birth(epoch: phone.lastWill)))
    return true
  }

  private func hearIsIn(_ regions: [[UInt8]]) {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    var seen: Set<[UInt8]> = []
    for region in regions where seen.insert(region).inserted {
      bytes += region
      ends.append(bytes.count)
    }
    bytes.withUnsafeBytes { bytes in
      let starts = [0] + ends.dropLast()
      hear(.isIn(zip(starts, ends).map { UnsafeRawBufferPointer(rebasing: bytes[$0..<$1]) }))
    }
  }
}
