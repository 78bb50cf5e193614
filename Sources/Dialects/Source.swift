import Presence

/// A system whose own topics tell who is alive, as a `source` block of the configuration describes it.
public struct Source: Equatable, Sendable {
  /// The preset's word, or `custom`'s name: what stands behind `source`.
  public var name: String
  public var isCustom = false
  /// Where its topics begin; `nil`: at the preset's usual place.
  public var prefix: String?
  /// Before each client's id: `namespace:id`.
  public var namespace: String
  /// The room of its clients, with `{level}`s in it; `nil`: the preset's.
  public var room: String?
  /// How long its clients may be silent: `.zero` is `none`, the will alone decides; `nil`: the preset's.
  public var timeout: Duration?
  /// The same for a client that said that it sleeps.
  public var sleepTimeout: Duration = .seconds(24 * 3600)
  /// One room at a time; `nil`: as the preset has it.
  public var isExclusive: Bool?
  /// Whether a Sparkplug node is asked for its birth where it may have gone, or has not been seen to be born.
  public var asksForRebirth = false
  /// What `source custom` is made of; empty for a preset.
  public var custom = CustomWords()
  /// Where its block begins in the configuration.
  public var line = 0
  /// Where its room stands; `nil`: it has none of its own.
  public var roomLine: Int?

  public init(name: String, namespace: String) {
    self.name = name
    self.namespace = namespace
  }
}

/// The topics and words of a `source custom`.
public struct CustomWords: Equatable, Sendable {
  /// A topic with `{client}` and other named levels; `nil`: it has none.
  public var status: String?
  public var heartbeat: String?
  public var online: [String] = []
  public var offline: [String] = []
  public var sleeping: [String] = []
  /// The member of a JSON payload that is the word, or holds the epoch: `a.b.c` for deeper ones.
  public var field: String?
  public var epoch: String?

  public init() {}
}

/// A client's rooms by hand.
public struct Assignment: Equatable, Sendable {
  /// With its namespace, as a snapshot shows it.
  public var client: String
  public var rooms: [String]
  public var line: Int

  public init(client: String, rooms: [String], line: Int) {
    self.client = client
    self.rooms = rooms
    self.line = line
  }
}
