import CMosquitto
import Glibc

/// 0 once the library is ready to make handles, which this makes it on first use.
private let libraryInitialised: Int32 = mosquitto_lib_init()

/// Has no passphrase for a private key; OpenSSL would ask for it at the terminal.
private func passphrase(
  _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, _: UnsafeMutableRawPointer?
) -> Int32 { 0 }

extension Connection {
  static func makeHandle(_ options: ConnectionOptions) throws(MQTTError) -> OpaquePointer {
    try check("mosquitto_lib_init", libraryInitialised)
    let id = options.clientID.isEmpty ? nil : options.clientID
    guard let handle = mosquitto_new(id, options.cleanStart, nil) else {
      throw MQTTError(system: "mosquitto_new", errorNumber: errno)
    }
    return handle
  }

  func configure(_ handle: OpaquePointer) throws(MQTTError) {
    let version = options.protocolVersion == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
    try Self.set(handle, MOSQ_OPT_PROTOCOL_VERSION, version)
    try Self.set(handle, MOSQ_OPT_TCP_NODELAY, 1)
    // libmosquitto announces this in CONNECT and ends the connection when its own count of it runs out.
    try Self.set(handle, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(options.receiveMaximum))
    // 0 is no limit of ours. With MQTT 5 the broker's receive maximum then applies: what exceeds it waits in
    // order inside the library.
    try Self.set(handle, MOSQ_OPT_SEND_MAXIMUM, 0)
    // Tells the library that another thread writes: it then only queues what it has to send.
    try Self.check("mosquitto_threaded_set", mosquitto_threaded_set(handle, true))
    try Self.check(
      "mosquitto_username_pw_set",
      mosquitto_username_pw_set(handle, options.username, options.password))
    if let will = options.will { try Self.set(handle, will) }
    if let tls = options.endpoint.tls { try Self.set(handle, tls) }
    try setConnectProperties(handle)
  }

  private static func set(
    _ handle: OpaquePointer, _ option: mosq_opt_t, _ value: Int32
  ) throws(MQTTError) {
    try check("mosquitto_int_option", mosquitto_int_option(handle, option, value))
  }

  private static func set(_ handle: OpaquePointer, _ will: Will) throws(MQTTError) {
    let code = mosquitto_will_set(
      handle, will.topic, Int32(clamping: will.payload.count), will.payload, will.qos.rawValue,
      will.retain)
    try check("mosquitto_will_set", code)
  }

  private static func set(_ handle: OpaquePointer, _ tls: TLS) throws(MQTTError) {
    for file in [tls.cafile, tls.certfile, tls.keyfile] {
      if let file { try requireReadable(file) }
    }
    guard (tls.certfile == nil) == (tls.keyfile == nil) else {
      throw MQTTError(
        call: "mosquitto_tls_set", code: MOSQ_ERR_INVAL.code,
        detail: "a certificate and its private key go together")
    }
    let capath = tls.cafile == nil ? "/etc/ssl/certs" : nil
    try check(
      "mosquitto_tls_set",
      mosquitto_tls_set(handle, tls.cafile, capath, tls.certfile, tls.keyfile, passphrase))
  }

  /// The library opens it without a look, and waits where it is a pipe.
  private static func requireReadable(_ file: String) throws(MQTTError) {
    guard access(file, R_OK) == 0 else { throw MQTTError(system: file, errorNumber: errno) }
    var status = stat()
    guard stat(file, &status) == 0 else { throw MQTTError(system: file, errorNumber: errno) }
    guard status.st_mode & S_IFMT != S_IFIFO else {
      throw MQTTError(system: file, errorNumber: ESPIPE)
    }
  }

  /// Of the functions that connect only `mosquitto_connect_bind_v5` takes CONNECT properties, and it blocks until
  /// the TCP connection stands. But it keeps the properties before it looks at the host, and
  /// `mosquitto_connect_bind_async` uses the kept ones: so it is called without a host, and has to fail.
  private func setConnectProperties(_ handle: OpaquePointer) throws(MQTTError) {
    guard options.protocolVersion == .v5, options.sessionExpiry > .zero else { return }
    var properties: OpaquePointer?
    defer { mosquitto_property_free_all(&properties) }
    try Self.check(
      "mosquitto_property_add_int32",
      mosquitto_property_add_int32(
        &properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue),
        UInt32(clamping: options.sessionExpiry.secondsRoundedUp)))
    let code = mosquitto_connect_bind_v5(handle, nil, 0, 0, nil, properties)
    guard code == MOSQ_ERR_INVAL.code else {
      throw MQTTError(call: "mosquitto_connect_bind_v5", code: code, errorNumber: errno)
    }
  }

  static func check(_ call: String, _ code: Int32) throws(MQTTError) {
    let errorNumber = errno
    guard code == MOSQ_ERR_SUCCESS.code else {
      throw MQTTError(call: call, code: code, errorNumber: errorNumber)
    }
  }
}
