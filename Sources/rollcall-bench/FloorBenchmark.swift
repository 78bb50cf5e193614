import CMosquitto
import Glibc

/// A subscriber through libmosquitto that does nothing: the floor that everything is compared with. It uses
/// the library itself, since its own `mosquitto_loop_forever` is what is measured.
enum FloorBenchmark {
  /// What the callback counts. One thread, one run.
  final class Counter {
    var received = 0
    var first: Int64 = 0
    var last: Int64 = 0
    var processorTime: Int64 = 0
    let end: [UInt8]
    let qos: Int32

    init(end: String, qos: Int32) {
      self.end = Array(end.utf8)
      self.qos = qos
    }
  }

  /// Counts what arrives until a message on `presence/bench/end`.
  static func run(port: Int, qos: Int32, messages: Int) throws(BenchError) {
    mosquitto_lib_init()
    let counter = Counter(end: "presence/bench/end", qos: qos)
    guard
      let handle = mosquitto_new(
        "bench-floor", true, Unmanaged.passUnretained(counter).toOpaque())
    else { throw BenchError("mosquitto_new fails") }
    defer { mosquitto_destroy(handle) }
    if qos > 0 { setWindow(handle) }
    mosquitto_connect_callback_set(handle) { handle, context, _ in
      guard let handle, let context else { return }
      let counter = Unmanaged<Counter>.fromOpaque(context).takeUnretainedValue()
      mosquitto_subscribe(handle, nil, "presence/#", counter.qos)
    }
    mosquitto_subscribe_callback_set(handle) { handle, _, _, _, _ in
      mosquitto_publish(handle, nil, "ready", 0, nil, 0, true)
    }
    mosquitto_message_callback_set(handle) { handle, context, message in
      guard let handle, let context, let message else { return }
      FloorBenchmark.received(
        Unmanaged<Counter>.fromOpaque(context).takeUnretainedValue(), message.pointee, handle)
    }
    guard mosquitto_connect(handle, "127.0.0.1", Int32(port), 60) == 0 else {
      throw BenchError("no broker on port \(port)")
    }
    mosquitto_loop_forever(handle, -1, 1)
    report(counter, messages)
    withExtendedLifetime(counter) {}
  }

  /// As the bridge connects: with MQTT 5, and room for as many unacknowledged messages as that has. With the
  /// library's default of 20 a QoS 1 subscriber would wait for the broker most of the time.
  private static func setWindow(_ handle: OpaquePointer) {
    mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5)
    mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, 65_535)
  }

  private static func received(
    _ counter: Counter, _ message: mosquitto_message, _ handle: OpaquePointer
  ) {
    if counter.received == 0 {
      counter.first = nanoseconds()
      counter.processorTime = ownProcessorTime()
    }
    counter.received += 1
    guard let topic = message.topic, strlen(topic) == counter.end.count,
      memcmp(topic, counter.end, counter.end.count) == 0
    else { return }
    counter.last = nanoseconds()
    counter.processorTime = ownProcessorTime() - counter.processorTime
    mosquitto_disconnect(handle)
  }

  private static func report(_ counter: Counter, _ messages: Int) {
    Result("floor", clients: 0).with("qos", Int(counter.qos)).with("messages", counter.received)
      .with(operations: counter.received, nanoseconds: counter.last - counter.first)
      .with(
        "cpu_ns_per_op", Double(counter.processorTime) / Double(max(1, counter.received))
      ).print()
  }

  private static func ownProcessorTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
