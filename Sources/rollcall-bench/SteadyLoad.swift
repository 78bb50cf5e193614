import Foundation
import Synchronization

/// Messages at a steady rate, from a connection and a thread of its own, until it is told to end.
final class SteadyLoad: Sendable {
  private struct State {
    var isEnding = false
    var sent = 0
    var failure: BenchError?
  }

  private let state = Mutex(State())
  private let hasEnded = DispatchSemaphore(value: 0)
  private let started = nanoseconds()

  /// Heartbeats on these topics, one after the other.
  convenience init(_ target: Target, rate: Int, topics: [String]) {
    let packets = topics.map { topic in
      var packet: [UInt8] = []
      RawPublisher.appendPublish(topic.utf8, [], to: &packet)
      return packet
    }
    self.init(target, id: "bench-steady", rate: rate) { packets[$0 % packets.count] }
  }

  /// - Parameters:
  ///   - rate: messages a second; sent every millisecond, as many as are due.
  ///   - packet: the bytes of the message of a number.
  init(
    _ target: Target, id: String, rate: Int, _ packet: @escaping @Sendable (Int) -> [UInt8]
  ) {
    Thread.detachNewThread { [self] in
      do throws(BenchError) { try send(target, id, rate, packet) } catch {
        state.withLock { $0.failure = error }
      }
      hasEnded.signal()
    }
  }

  /// Ends it, and says how many messages a second it has sent.
  func end() throws(BenchError) -> Double {
    state.withLock { $0.isEnding = true }
    hasEnded.wait()
    let seconds = Double(nanoseconds() - started) / 1e9
    let (sent, failure) = state.withLock { ($0.sent, $0.failure) }
    if let failure { throw failure }
    return Double(sent) / seconds
  }

  private func send(
    _ target: Target, _ id: String, _ rate: Int, _ packet: (Int) -> [UInt8]
  ) throws(BenchError) {
    let publisher = try RawPublisher(target, id: id)
    let start = nanoseconds()
    var sent = 0
    while !state.withLock({ $0.isEnding }) {
      let due = Int(Double(nanoseconds() - start) / 1e9 * Double(rate))
      var bytes: [UInt8] = []
      for number in sent..<max(sent, due) { bytes += packet(number) }
      if !bytes.isEmpty { try publisher.send(bytes) }
      sent = max(sent, due)
      state.withLock { $0.sent = sent }
      usleep(1_000)
    }
    publisher.finish()
  }
}
