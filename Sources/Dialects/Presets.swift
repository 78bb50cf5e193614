/// The systems that a `source` line may name.
public enum Presets {
  private static let makers: [String: @Sendable (String?) -> any Dialect] = [
    "aws-iot": { AWSIoTDialect(prefix: $0) },
    "emqx": { EMQXDialect(prefix: $0) },
    "esphome": { ESPHomeDialect(prefix: $0) },
    "espresense": { ESPresenseDialect(prefix: $0) },
    "frigate": { FrigateDialect(prefix: $0) },
    "homie": { HomieDialect(prefix: $0) },
    "mosquitto-log": { MosquittoLogDialect(prefix: $0) },
    "nanomq": { NanoMQDialect(prefix: $0) },
    "openmqttgateway": { OpenMQTTGatewayDialect(prefix: $0) },
    "owntracks": { OwnTracksDialect(prefix: $0) },
    "room-assistant": { RoomAssistantDialect(prefix: $0) },
    "shelly": { ShellyDialect(prefix: $0) },
    "sparkplug": { SparkplugDialect(prefix: $0) },
    "tasmota": { TasmotaDialect(prefix: $0) },
    "zigbee2mqtt": { Zigbee2MQTTDialect(prefix: $0) },
  ]

  /// In alphabetical order. `custom` is none of them.
  public static let names: [String] = makers.keys.sorted()

  /// Those that know the user of a client, though no level of their topics is one.
  static let withUsers: Set<String> = ["emqx", "mosquitto-log", "nanomq"]

  /// The dialect of a source; `nil`: its preset is not known, or its words make none.
  static func make(_ source: Source, _ rules: SourceRules) -> (any Dialect)? {
    if source.isCustom { return try? CustomDialect(source, rules) }
    return makers[source.name]?(source.prefix)
  }
}
