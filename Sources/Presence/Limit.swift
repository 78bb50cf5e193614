/// The engine's limits, by the keys of the configuration that set them.
public enum Limit: Int, CaseIterable, Sendable {
  case clients, rooms, roomsPerClient, presences, newRooms, data

  public var key: StaticString {
    switch self {
    case .clients: "max_clients"
    case .rooms: "max_rooms"
    case .roomsPerClient: "max_rooms_per_client"
    case .presences: "max_presences"
    case .newRooms: "max_new_rooms"
    case .data: "max_data"
    }
  }
}

/// How often each limit was reached.
public struct LimitCounts: Equatable, Sendable {
  private var clients: UInt64 = 0
  private var rooms: UInt64 = 0
  private var roomsPerClient: UInt64 = 0
  private var presences: UInt64 = 0
  private var newRooms: UInt64 = 0
  private var data: UInt64 = 0

  public init() {}

  public internal(set) subscript(limit: Limit) -> UInt64 {
    get { self[keyPath: Self.path(limit)] }
    set { self[keyPath: Self.path(limit)] = newValue }
  }

  public var total: UInt64 { clients + rooms + roomsPerClient + presences + newRooms + data }

  private static func path(_ limit: Limit) -> WritableKeyPath<LimitCounts, UInt64> {
    switch limit {
    case .clients: \.clients
    case .rooms: \.rooms
    case .roomsPerClient: \.roomsPerClient
    case .presences: \.presences
    case .newRooms: \.newRooms
    case .data: \.data
    }
  }
}
