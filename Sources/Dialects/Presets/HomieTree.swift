import Topics

/// Which Homie 5 device is whose child, and each one's last state. Both are retained at the broker, so they come again
/// whenever the bridge starts.
struct HomieTree {
  /// Devices that are remembered; those beyond stand for themselves.
  static let maxDevices = 100_000
  /// The longest `$description` that is read, in bytes: it lists all properties of a device.
  static let maxDescription = 256 * 1024

  private struct Device {
    var state: [UInt8]?
    var root: [UInt8]?
  }

  private var devices: [[UInt8]: Device] = [:]
  /// How many devices name one as their root.
  private var children: [[UInt8]: Int] = [:]

  func isRoot(_ name: [UInt8]) -> Bool { children[name] != nil }
  func root(of name: [UInt8]) -> [UInt8]? { devices[name]?.root }
  func state(of name: [UInt8]) -> [UInt8]? { devices[name]?.state }

  mutating func note(_ state: UnsafeRawBufferPointer, of name: [UInt8]) {
    let word = state.trimmed
    guard word.count <= 16, hasPlace(for: name) else { return }
    devices[name, default: Device()].state = Array(word)
  }

  /// Whether this changes anything.
  mutating func set(_ root: [UInt8]?, of name: [UInt8]) -> Bool {
    guard devices[name]?.root != root, hasPlace(for: name) else { return false }
    leave(name)
    devices[name, default: Device()].root = root
    if let root { children[root, default: 0] += 1 }
    return true
  }

  mutating func forget(_ name: [UInt8]) {
    leave(name)
    devices[name] = nil
  }

  private func hasPlace(for name: [UInt8]) -> Bool {
    devices[name] != nil || (devices.count < Self.maxDevices && name.count <= Names.maxLevelBytes)
  }

  private mutating func leave(_ name: [UInt8]) {
    guard let root = devices[name]?.root, let count = children[root] else { return }
    children[root] = count > 1 ? count - 1 : nil
  }

  /// The root that a `$description` names; empty: none, it is one itself. `nil`: it cannot be read.
  static func root(named payload: UnsafeRawBufferPointer) -> [UInt8]? {
    if payload.isBlank { return [] }
    guard payload.count <= maxDescription, let members = JSONMembers(payload) else { return nil }
    let root = members.string("root") ?? []
    return Names.problem(ofLevel: root) == nil ? root : []
  }
}
