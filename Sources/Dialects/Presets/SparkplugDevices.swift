/// Which devices have been born since their node was: what a new session of the node ends.
///
/// Kept in memory only, and no more than `limit` of them; a device that is not here ends by its own DDEATH or
/// by its node's NDEATH.
struct SparkplugDevices {
  private struct List {
    var inOrder: [[UInt8]] = []
    var all: Set<[UInt8]> = []
    var hasEnded = false
  }

  private var lists: [[UInt8]: List] = [:]
  private let limit: Int
  private(set) var count = 0

  init(limit: Int = 65_536) { self.limit = limit }

  mutating func add(_ device: [UInt8], of node: [UInt8]) {
    guard count < limit, device.count <= DialectLimits.maxName else { return }
    guard lists[node, default: List()].all.insert(device).inserted else { return }
    lists[node]?.inOrder.append(device)
    count += 1
  }

  /// The node's NDEATH was heard: whatever session it names next is a new one.
  mutating func end(of node: [UInt8]) { lists[node]?.hasEnded = true }

  func haveEnded(of node: [UInt8]) -> Bool { lists[node]?.hasEnded == true }

  /// The node's devices in the order of their births, which are forgotten here.
  mutating func take(of node: [UInt8]) -> [[UInt8]] {
    let devices = lists.removeValue(forKey: node)?.inOrder ?? []
    count -= devices.count
    return devices
  }
}
