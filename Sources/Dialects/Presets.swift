/// The systems that a `source` line may name.
public enum Presets {
  private typealias Maker = @Sendable (Source, SourceRules) -> any Dialect

  private static let makers: [String: Maker] = [
    "aws-iot": { source, _ in AWSIoTDialect(prefix: source.prefix) },
    "emqx": { source, _ in EMQXDialect(prefix: source.prefix) },
    "esphome": { source, _ in ESPHomeDialect(prefix: source.prefix) },
    "espresense": { source, _ in ESPresenseDialect(prefix: source.prefix) },
    "frigate": { source, _ in FrigateDialect(prefix: source.prefix) },
    "homie": { source, _ in HomieDialect(prefix: source.prefix) },
    "mosquitto-log": { source, _ in MosquittoLogDialect(prefix: source.prefix) },
    "nanomq": { source, _ in NanoMQDialect(prefix: source.prefix) },
    "openmqttgateway": { source, _ in OpenMQTTGatewayDialect(prefix: source.prefix) },
    "owntracks": { source, _ in OwnTracksDialect(prefix: source.prefix) },
    "room-assistant": { source, _ in RoomAssistantDialect(prefix: source.prefix) },
    "shelly": { source, _ in ShellyDialect(prefix: source.prefix) },
    "sparkplug": { source, rules in
      SparkplugDialect(
        prefix: source.prefix, doubt: rules.heartbeatTimeout,
        asksForRebirth: source.asksForRebirth)
    },
    "tasmota": { source, _ in TasmotaDialect(prefix: source.prefix) },
    "zigbee2mqtt": { source, _ in Zigbee2MQTTDialect(prefix: source.prefix) },
  ]

  /// In alphabetical order. `custom` is none of them.
  public static let names: [String] = makers.keys.sorted()

  /// Those that know the user of a client, though no level of their topics is one.
  static let withUsers: Set<String> = ["emqx", "mosquitto-log", "nanomq"]

  /// The dialect of a source; `nil`: its preset is not known, or its words make none.
  static func make(_ source: Source, _ rules: SourceRules) -> (any Dialect)? {
    if source.isCustom { return try? CustomDialect(source, rules) }
    return makers[source.name]?(source, rules)
  }
}
