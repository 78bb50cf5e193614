import Glibc

/// Takes the numbers 0, 1 and 2 where the program was started without them. Else the next file that is opened gets
/// one, and what is meant for a person is written into it: into the database, say.
///
/// Reading then finds an end, and writing fails as it would have: nothing is taken for told that nobody can see. Call
/// it before anything is opened.
public func holdStandardDescriptors() {
  for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
    // The lowest number that is free is this one.
    _ = open("/dev/null", O_RDONLY)
  }
}
