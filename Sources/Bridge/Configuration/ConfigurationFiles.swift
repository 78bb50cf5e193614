import Glibc

extension Configuration {
  /// A configuration or a password is small: more is another file, named by mistake.
  private static let largestFile = 1 << 20

  /// Reads a configuration file. Paths in it are relative to the working directory, as
  /// mosquitto's are.
  ///
  /// - Throws: every problem at once; one on line 0 when the file cannot be read.
  public static func read(file: String) throws(ConfigurationProblems) -> Configuration {
    let bytes: [UInt8]
    do throws(UnreadableFile) {
      bytes = try contents(of: file, waiting: true)
    } catch {
      let message = "cannot be read: \(error.reason)"
      throw ConfigurationProblems([ConfigurationProblem(file: file, line: 0, message: message)])
    }
    return try parse(bytes, file: file)
  }

  /// What is wrong with the files that the configuration names: all must be readable, the password
  /// file must begin with a password, and the database must be there or its directory be one where
  /// it can be made. Neither is a bridge of use that hears nobody. Empty when nothing is wrong.
  public func validateFiles() -> [ConfigurationProblem] {
    var problems: [ConfigurationProblem] = []
    do throws(ConfigurationProblem) { _ = try readPassword() } catch { problems.append(error) }
    for (key, path) in [("cafile", cafile), ("certfile", certfile), ("keyfile", keyfile)] {
      guard let path else { continue }
      do throws(UnreadableFile) { _ = try Self.contents(of: path) } catch {
        problems.append(unreadable(key, path, error))
      }
    }
    if let problem = databaseProblem() { problems.append(problem) }
    if !native, sources.isEmpty {
      problems.append(
        origin.problem(
          "native",
          "native off without a source, so that nobody is heard: write a source, or native on"))
    }
    return problems.sorted { $0.line < $1.line }
  }

  /// SQLite writes beside the database, too.
  private func databaseProblem() -> ConfigurationProblem? {
    guard database != ":memory:" else { return nil }
    let directory = Self.directory(of: database)
    var fault = failure(of: directory, W_OK | X_OK, mustBeDirectory: true)
      .map { "cannot be in '\(directory)': \($0)" }
    if fault == nil, access(database, F_OK) == 0 {
      fault = failure(of: database, R_OK | W_OK, mustBeDirectory: false)
        .map { "cannot be used: \($0)" }
    }
    return fault.map {
      origin.problem(
        "database",
        "database '\(database)' \($0): write the path of a file in a directory that this user may "
          + "write to")
    }
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Why a path is not what it should be, in the system's words; `nil`: it is.
  private func failure(of path: String, _ mode: CInt, mustBeDirectory: Bool) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return String(cString: strerror(errno)) }
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    guard isDirectory == mustBeDirectory else {
      return String(cString: strerror(isDirectory ? EISDIR : ENOTDIR))
    }
    // A disk that is read-only may be mended while the bridge waits.
    return access(path, mode) == 0 || errno == EROFS ? nil : String(cString: strerror(errno))
  }

  /// The first line of `password_file`, without its end; `nil` when no file is named.
  ///
  /// - Throws: a problem at the line that names the file, when it cannot be read or its first
  ///   line is empty, not UTF-8 or has a NUL in it.
  public func readPassword() throws(ConfigurationProblem) -> String? {
    guard let passwordFile else { return nil }
    let bytes: [UInt8]
    do throws(UnreadableFile) { bytes = try Self.contents(of: passwordFile) } catch {
      throw unreadable("password_file", passwordFile, error)
    }
    var line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard !line.isEmpty, !line.contains(0), let password = String(validating: line, as: UTF8.self)
    else {
      throw origin.problem(
        "password_file",
        "password_file '\(passwordFile)' has no password in its first line: write it there")
    }
    return password
  }

  private func unreadable(
    _ key: String, _ path: String, _ error: UnreadableFile
  ) -> ConfigurationProblem {
    origin.problem(
      key,
      "\(key) '\(path)' cannot be read: \(error.reason): write the path of a file that "
        + "this user may read")
  }

  private struct UnreadableFile: Error {
    let reason: String
  }

  /// - Parameter waiting: a person may give a pipe; the bridge, which reads files while it runs, must not wait for one.
  private static func contents(
    of path: String, waiting: Bool = false
  ) throws(UnreadableFile) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | (waiting ? 0 : O_NONBLOCK))
    guard file >= 0 else { throw UnreadableFile(reason: String(cString: strerror(errno))) }
    defer { close(file) }
    var failure: CInt = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: largestFile + 1) { buffer, count in
      failure = fill(UnsafeMutableRawBufferPointer(buffer), from: file, &count)
    }
    guard failure == 0 else { throw UnreadableFile(reason: String(cString: strerror(failure))) }
    guard bytes.count <= largestFile else {
      throw UnreadableFile(reason: "it is larger than \(ByteCount.text(largestFile))")
    }
    return bytes
  }

  /// Reads up to the end of the file or of the buffer, and returns the errno of what went wrong, or 0.
  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from file: CInt, _ count: inout Int
  ) -> CInt {
    count = 0
    while count < buffer.count {
      let read = Glibc.read(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      if read == 0 { return 0 }
      if read > 0 { count += read } else if errno != EINTR { return errno }
    }
    return 0
  }
}
