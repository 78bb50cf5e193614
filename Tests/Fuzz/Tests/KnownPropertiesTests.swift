import Testing

@Suite struct KnownPropertiesTests {
  @Test func `a packet with a property that no version has is kept back`() {
    #expect(KnownProperties.areKept(by: [0x20, 3, 0, 0, 0]))
    #expect(KnownProperties.areKept(by: [0x20, 6, 0, 0, 3, 33, 0, 20]))
    #expect(!KnownProperties.areKept(by: [0x20, 5, 0, 0, 2, 0x7f, 0]))
    #expect(!KnownProperties.areKept(by: [0xe0, 4, 0, 2, 0x7f, 0]))
    #expect(!KnownProperties.areKept(by: [0x90, 5, 0, 1, 2, 5, 0]))
  }

  @Test func `one behind a length that is too small is kept back too`() {
    // The library counts two bytes of the first property and takes the length for more than 4 billion.
    #expect(!KnownProperties.areKept(by: [0x20, 8, 0, 0, 1, 33, 0, 20, 0x7f, 0]))
  }
}
