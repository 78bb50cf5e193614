import Glibc
import TestSupport
import Testing

@testable import MQTT

@Suite(.serialized)
struct PollerTests {
  @Test("A wait with nothing to happen lasts its time, and one without time none")
  func timeout() throws {
    var poller = Poller()
    let place = poller.add(nil)
    let clock = ContinuousClock()
    let begin = clock.now
    #expect(try poller.wait(.milliseconds(20)) == 0)
    #expect(clock.now - begin >= .milliseconds(20))
    #expect(try poller.wait(.zero) == 0)
    #expect(try poller.wait(.milliseconds(-5)) == 0)
    #expect(poller[place] == [])
  }

  @Test("A pipe is readable once written to, and its writing end always writable")
  func pipe() throws {
    var ends: [Int32] = [0, 0]
    try #require(Glibc.pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    var poller = Poller()
    let reading = poller.add(ends[0])
    let writing = poller.add(ends[1], wantsWrite: true)
    let idle = poller.add(ends[1])
    #expect(try poller.wait(nil) == 1)
    #expect(poller[reading] == [])
    #expect(poller[writing] == [.writable])
    #expect(poller[idle] == [])

    try #require(write(ends[1], "x", 1) == 1)
    #expect(try poller.wait(nil) == 2)
    #expect(poller[reading] == [.readable])
  }

  @Test("A hang-up makes a descriptor ready for both")
  func hangUp() throws {
    var ends: [Int32] = [0, 0]
    try #require(Glibc.pipe(&ends) == 0)
    close(ends[1])
    defer { close(ends[0]) }
    var poller = Poller()
    let place = poller.add(ends[0])
    #expect(try poller.wait(.seconds(5)) == 1)
    #expect(poller[place] == [.readable, .writable])
  }

  @Test("A blocked signal is read from its descriptor")
  func signal() throws {
    let signals = try SignalDescriptor([SIGUSR1])
    #expect(signals.next() == nil)
    // To this thread alone: the others of the test process have not blocked it.
    try #require(pthread_kill(pthread_self(), SIGUSR1) == 0)
    var poller = Poller()
    let place = poller.add(signals.descriptor)
    #expect(try poller.wait(.seconds(5)) == 1)
    #expect(poller[place] == [.readable])
    #expect(signals.next() == SIGUSR1)
    #expect(signals.next() == nil)
  }

  @Test("The descriptor limit is raised as far as the hard limit and never lowered")
  func limit() {
    let before = raiseDescriptorLimit(to: 0)
    #expect(raiseDescriptorLimit(to: before + 1) >= before)
    #expect(raiseDescriptorLimit(to: 16) >= before)
  }
}
