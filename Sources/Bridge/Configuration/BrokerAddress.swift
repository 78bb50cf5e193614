/// Where the broker listens: `mqtt://HOST[:PORT]`, or `mqtts://` for TLS.
public struct BrokerAddress: Sendable, Equatable, CustomStringConvertible {
  /// IANA's port for MQTT.
  public static let mqttPort: UInt16 = 1883
  /// IANA's port for MQTT over TLS.
  public static let mqttsPort: UInt16 = 8883

  /// A name or an address; an IPv6 address is without its brackets.
  public var host: String
  public var port: UInt16
  public var tls: Bool

  public init(host: String, port: UInt16, tls: Bool) {
    self.host = host
    self.port = port
    self.tls = tls
  }

  public var description: String {
    let host = host.contains(":") ? "[\(host)]" : host
    return "\(tls ? "mqtts" : "mqtt")://\(host):\(port)"
  }

  /// Reads an address as it is written in a configuration.
  init(configurationText text: String) throws(BadValue) {
    let (tls, authority) = try Self.scheme(text)
    guard !authority.contains("@") else {
      throw BadValue("has a user in it: that goes into 'username' and 'password_file'")
    }
    guard !authority.contains(where: { "/?#".contains($0) }) else {
      throw BadValue("has a path in it")
    }
    let (host, port) = try Self.split(authority)
    guard !host.isEmpty else { throw BadValue("has no host") }
    guard !host.contains(where: \.isWhitespace) else { throw BadValue("has a space in its host") }
    self.init(
      host: host, port: try port.map(Self.port) ?? (tls ? Self.mqttsPort : Self.mqttPort),
      tls: tls)
  }

  private static func scheme(_ text: String) throws(BadValue) -> (tls: Bool, rest: Substring) {
    guard let separator = text.firstRange(of: "://") else {
      throw BadValue("does not begin with mqtt:// or mqtts://")
    }
    let rest = text[separator.upperBound...]
    switch text[..<separator.lowerBound].lowercased() {
    case "mqtt": return (false, withoutFinalSlash(rest))
    case "mqtts": return (true, withoutFinalSlash(rest))
    case let other: throw BadValue("begins with \(other)://, which is not supported")
    }
  }

  private static func withoutFinalSlash(_ text: Substring) -> Substring {
    text.hasSuffix("/") ? text.dropLast() : text
  }

  private static func split(
    _ authority: Substring
  ) throws(BadValue) -> (host: String, port: Substring?) {
    if authority.hasPrefix("[") { return try splitBracketed(authority) }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2 else {
      throw BadValue("has an IPv6 address without brackets, or two ports")
    }
    return (String(parts[0]), parts.count == 2 ? parts[1] : nil)
  }

  private static func splitBracketed(
    _ authority: Substring
  ) throws(BadValue) -> (host: String, port: Substring?) {
    guard let close = authority.firstIndex(of: "]") else {
      throw BadValue("has a '[' without its ']'")
    }
    let host = authority[authority.index(after: authority.startIndex)..<close]
    let rest = authority[authority.index(after: close)...]
    guard rest.isEmpty || rest.hasPrefix(":") else {
      throw BadValue("goes on after the ']' with something that is not a port")
    }
    return (String(host), rest.isEmpty ? nil : rest.dropFirst())
  }

  private static func port(_ text: Substring) throws(BadValue) -> UInt16 {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text), port > 0
    else { throw BadValue("has no port from 1 to 65535 after its ':'") }
    return port
  }
}
