import Glibc

@testable import TestSupport

/// A server on the loopback that speaks MQTT as a script has it, and never waits.
///
/// It answers what a client asks as a broker does, unless it is told to be silent, and says between that whatever the
/// script says.
final class ScriptedServer {
  let port: Int
  private let listener: Int32
  private var peer: Int32 = -1
  private var incoming = PacketStream()
  private var outgoing = PacketStream()
  private var isV5 = true
  private var isSilent = false
  private var isHonest = false
  private var grant: UInt8?
  private var reason: UInt8 = 0

  /// The one that all runs of a process share: ports are few.
  nonisolated(unsafe) static let shared: ScriptedServer = {
    do { return try ScriptedServer() } catch { fatalError("\(error)") }
  }()

  private init() throws {
    listener = try TestPort.listening()
    port = try TestPort.port(of: listener)
    _ = fcntl(listener, F_SETFL, O_NONBLOCK)
  }

  func begin(isV5: Bool) {
    end()
    self.isV5 = isV5
    (isSilent, isHonest, grant, reason) = (false, false, nil, 0)
  }

  /// Is a good broker from now on, to whoever connects anew.
  func beHonest() {
    begin(isV5: isV5)
    isHonest = true
  }

  /// Ends the connection, and those that nobody has taken.
  func end() {
    repeat { hangUp() } while accept()
  }

  func play(_ step: Script.Step) {
    func byte(_ field: Int) -> UInt8 { UInt8(step.number(field, in: 0...255)) }
    switch step.word {
    case "connack": send(PacketWriter.connack(byte(0), byte(1), step[2], isV5: isV5))
    case "publish":
      let id = UInt16(step.number(2, in: 0...65_535))
      send(PacketWriter.publish(byte(0), step[1], id, step[3], step[4], isV5: isV5))
    case "packet": send(PacketWriter.packet(byte(0), step[1]))
    case "bytes": send(step[0])
    case "silent": isSilent = true
    case "answer": isSilent = false
    case "grant": grant = byte(0)
    case "refuse": reason = byte(0)
    case "close": hangUp()
    default: break
    }
  }

  /// Does what can be done now; whether that was anything.
  func serve() -> Bool {
    var isBusy = accept()
    guard peer >= 0 else { return isBusy }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(peer, &bytes, bytes.count, 0)
    if count > 0 {
      incoming.append(Array(bytes.prefix(count)))
      isBusy = true
    } else if count == 0 || errno != EAGAIN {
      hangUp()
    }
    while let packet = incoming.next() { if !isSilent { answer(packet) } }
    return isBusy
  }

  private func accept() -> Bool {
    let next = Glibc.accept(listener, nil, nil)
    guard next >= 0 else { return false }
    hangUp()
    // What was begun to nobody is no part of what this one is sent.
    (incoming, outgoing) = (PacketStream(), PacketStream())
    peer = next
    _ = fcntl(peer, F_SETFL, O_NONBLOCK)
    return true
  }

  private func answer(_ packet: [UInt8]) {
    let start = packet.dropFirst().prefix { $0 >= 0x80 }.count + 2
    let content = Array(packet.dropFirst(start))
    switch packet[0] >> 4 {
    case 1: if isHonest { send(PacketWriter.connack(0, 0, [], isV5: isV5)) }
    case 3: answerPublish(packet, content)
    case 8: answerSubscribe(content)
    case 10: send(PacketWriter.unsuback(Array(content.prefix(2)), isV5: isV5))
    case 12: send(PacketWriter.pingresp)
    default: break
    }
  }

  /// A fence comes back, as the bridge is subscribed to it.
  private func answerPublish(_ packet: [UInt8], _ content: [UInt8]) {
    let length = Int(content.first ?? 0) << 8 | Int(content.dropFirst().first ?? 0)
    let topic = Array(content.dropFirst(2).prefix(length))
    let isFence = topic.elementsEqual("presence/bridge/fence".utf8)
    guard packet[0] & 6 != 0 else { return isFence ? send(packet) : () }
    let rest = content.dropFirst(2 + length)
    send(PacketWriter.puback(Array(rest.prefix(2)), reason, isV5: isV5))
    // With 3.1.1 a fence is one of QoS 1.
    guard isFence, !isV5 else { return }
    send(PacketWriter.publish(0, topic, 0, [], Array(rest.dropFirst(2)), isV5: false))
  }

  private func answerSubscribe(_ content: [UInt8]) {
    var rest = content.dropFirst(2 + (isV5 ? 1 : 0))
    var codes: [UInt8] = []
    while rest.count > 2 {
      let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
      rest = rest.dropFirst(2 + length)
      codes.append(grant ?? (rest.first ?? 0) & 1)
      rest = rest.dropFirst()
    }
    send(PacketWriter.suback(Array(content.prefix(2)), codes, isV5: isV5))
  }

  /// Sends whole packets, but for those that libmosquitto would not survive.
  private func send(_ bytes: [UInt8]) {
    outgoing.append(bytes)
    while let packet = outgoing.next() {
      guard !isV5 || KnownProperties.areKept(by: packet) else { continue }
      _ = Glibc.send(peer, packet, packet.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// With a reset: a port that waits for late segments is one less for a minute.
  private func hangUp() {
    guard peer >= 0 else { return }
    let rest = outgoing.takeRest()
    if KnownProperties.areKept(by: rest) {
      _ = Glibc.send(peer, rest, rest.count, Int32(MSG_NOSIGNAL))
    }
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    close(peer)
    peer = -1
    incoming = PacketStream()
  }
}
