import Bridge
import MQTT
import Topics

/// Where and as whom a command talks to the broker: mosquitto_sub's options, or what a bridge's
/// configuration says, or that with some of it overruled.
struct BrokerAccess {
  var options: ConnectionOptions
  /// Whether MQTT 3.1.1 may be tried where the broker refuses 5.
  var mayFallBack = true
  var root = "presence"

  static let flags = [
    Flag("config", value: "FILE", help: "Take broker, login, TLS, protocol and root from it"),
    Flag("host", "h", value: "HOST", help: "The broker (127.0.0.1)"),
    Flag("port", "p", value: "PORT", help: "Its port (1883, with TLS 8883)"),
    Flag("username", "u", value: "NAME", help: "Whom to log in as"),
    Flag("pw", "P", value: "PASSWORD", help: "The password of that user"),
    Flag("id", "i", value: "ID", help: "The MQTT client id (rollcall- and a random number)"),
    Flag("cafile", value: "FILE", help: "Use TLS, and trust the authorities in this PEM file"),
    Flag("cert", value: "FILE", help: "Our certificate, PEM"),
    Flag("key", value: "FILE", help: "Its key, PEM"),
    Flag("protocol-version", "V", value: "V", help: "mqttv5 or mqttv311 (5, else 3.1.1)"),
    Flag("root", value: "ROOT", help: "What the bridge's topics are under (presence)"),
  ]

  /// As people name the broker: `127.0.0.1:1883`.
  var place: String {
    let host = options.endpoint.host
    return (host.contains(":") ? "[\(host)]" : host) + ":\(options.endpoint.port)"
  }

  init(options: ConnectionOptions, root: String) {
    (self.options, self.root) = (options, root)
  }

  init(_ arguments: ParsedArguments) throws(ProgramError) {
    // Never the configuration's client_id: that would take over the bridge's own session.
    let id = "rollcall-" + String(UInt32.random(in: .min ... .max), radix: 36)
    options = ConnectionOptions(endpoint: Endpoint(host: "127.0.0.1", port: 0), clientID: id)
    if let file = arguments["config"] { try take(readConfiguration(file)) }
    try takeEndpoint(arguments)
    try takeLogin(arguments)
    if let root = arguments["root"] {
      if let problem = Names.problem(ofRoot: root.utf8) {
        throw .usage("--root '\(printable(root))': \(problem.words)")
      }
      self.root = root
    }
  }

  private mutating func take(_ configuration: Configuration) throws(ProgramError) {
    let broker = configuration.broker
    let tls = TLS(
      cafile: configuration.cafile, certfile: configuration.certfile,
      keyfile: configuration.keyfile)
    options.endpoint = Endpoint(
      host: broker.host, port: Int(broker.port), tls: broker.tls ? tls : nil)
    options.username = configuration.username
    do throws(ConfigurationProblem) {
      options.password = try configuration.readPassword()
    } catch {
      throw .failed(error.description)
    }
    root = configuration.root
    options.protocolVersion = configuration.protocolVersion == .v311 ? .v311 : .v5
    mayFallBack = configuration.protocolVersion == .automatic
  }

  private mutating func takeEndpoint(_ arguments: ParsedArguments) throws(ProgramError) {
    var endpoint = options.endpoint
    endpoint.host = arguments["host"] ?? endpoint.host
    if ["cafile", "cert", "key"].contains(where: arguments.contains) {
      endpoint.tls = TLS(
        cafile: arguments["cafile"] ?? endpoint.tls?.cafile,
        certfile: arguments["cert"] ?? endpoint.tls?.certfile,
        keyfile: arguments["key"] ?? endpoint.tls?.keyfile)
    }
    guard (endpoint.tls?.certfile == nil) == (endpoint.tls?.keyfile == nil) else {
      throw .usage("--cert and --key go together")
    }
    endpoint.port = try arguments.integer("port", in: 1...65_535) ?? endpoint.port
    if endpoint.port == 0 { endpoint.port = endpoint.tls == nil ? 1883 : 8883 }
    options.endpoint = endpoint
  }

  private mutating func takeLogin(_ arguments: ParsedArguments) throws(ProgramError) {
    options.clientID = arguments["id"] ?? options.clientID
    options.username = arguments["username"] ?? options.username
    options.password = arguments["pw"] ?? options.password
    if options.password != nil, options.username == nil {
      throw .usage("a password needs a user: --username NAME")
    }
    guard let version = arguments["protocol-version"] else { return }
    mayFallBack = false
    switch version {
    case "mqttv5", "5": options.protocolVersion = .v5
    case "mqttv311", "311", "3.1.1": options.protocolVersion = .v311
    default: throw .usage("--protocol-version '\(version)': mqttv5 or mqttv311")
    }
  }
}

/// Reads a configuration file, or says all that is wrong with it.
func readConfiguration(_ file: String) throws(ProgramError) -> Configuration {
  do throws(ConfigurationProblems) {
    return try Configuration.read(file: file)
  } catch {
    throw failure(error.problems)
  }
}

/// Tells every problem, without the program's name in front: editors jump to FILE:LINE at the beginning of a line.
func failure(_ problems: [ConfigurationProblem]) -> ProgramError {
  for problem in problems { writeError(problem.description + "\n") }
  return .failedQuietly
}
