import Foundation
import Synchronization

/// Heartbeats at a steady rate, from a connection and a thread of its own, until it is told to end.
final class SteadyLoad: Sendable {
  private struct State {
    var isEnding = false
    var sent = 0
    var failure: BenchError?
  }

  private let state = Mutex(State())
  private let hasEnded = DispatchSemaphore(value: 0)
  private let started = nanoseconds()

  /// - Parameters:
  ///   - rate: heartbeats a second; sent every millisecond, as many as are due.
  ///   - topics: of the heartbeats, one after the other.
  init(_ target: Target, rate: Int, topics: [String]) {
    Thread.detachNewThread { [self] in
      do throws(BenchError) { try beat(target, rate, topics) } catch {
        state.withLock { $0.failure = error }
      }
      hasEnded.signal()
    }
  }

  /// Ends it, and says how many heartbeats a second it has sent.
  func end() throws(BenchError) -> Double {
    state.withLock { $0.isEnding = true }
    hasEnded.wait()
    let seconds = Double(nanoseconds() - started) / 1e9
    let (sent, failure) = state.withLock { ($0.sent, $0.failure) }
    if let failure { throw failure }
    return Double(sent) / seconds
  }

  private func beat(_ target: Target, _ rate: Int, _ topics: [String]) throws(BenchError) {
    let publisher = try RawPublisher(target, id: "bench-steady")
    let packets = topics.map { topic in
      var packet: [UInt8] = []
      RawPublisher.appendPublish(topic.utf8, [], to: &packet)
      return packet
    }
    let start = nanoseconds()
    var sent = 0
    while !state.withLock({ $0.isEnding }) {
      let due = Int(Double(nanoseconds() - start) / 1e9 * Double(rate))
      var bytes: [UInt8] = []
      for number in sent..<max(sent, due) { bytes += packets[number % packets.count] }
      if !bytes.isEmpty { try publisher.send(bytes) }
      sent = max(sent, due)
      state.withLock { $0.sent = sent }
      usleep(1_000)
    }
    publisher.finish()
  }
}
