import Bridge

/// A configuration with all that can be read and written: every preset, custom sources, assignments, Home Assistant;
/// and so short times that all of them pass within a run.
enum FuzzConfiguration {
  static let text = """
    database :memory:
    heartbeat_timeout 5s
    offline_grace 1s
    restart_grace 3s
    revive_window 30s
    forget_after 60s
    publish_interval 100ms
    empty_room_ttl 10s
    stats_interval 30s
    members_limit 5
    max_snapshot 2KiB
    max_payload 1KiB
    max_rooms_per_client 4
    max_clients 40
    max_rooms 30
    max_presences 60
    max_new_rooms 12
    max_data 4KiB
    history 1d
    home_assistant on
    log_level debug
    source aws-iot
    source emqx
    source esphome
    source espresense
    source frigate
    source homie
    source mosquitto-log
    source nanomq
    prefix nano
    source openmqttgateway
    source owntracks
    source room-assistant
    source shelly
    source sparkplug
    source tasmota
    source zigbee2mqtt
    source custom doors
    status doors/{room}/{client}/state
    heartbeat doors/{room}/{client}/ping
    online open OPEN 1
    offline closed
    sleeping dozing
    field state.now
    epoch boot
    timeout 4s
    exclusive on
    source custom seats
    heartbeat seats/{user}/{client}/{rest...}
    room seats/{user}
    assign tasmota:plug-7 building-a/lab building-a
    assign ann building-a/lab
    """

  static let configuration: Configuration = {
    do { return try Configuration.parse(text, file: "fuzz.conf") } catch { fatalError("\(error)") }
  }()
}
