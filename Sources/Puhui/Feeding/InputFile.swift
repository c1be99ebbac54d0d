import Glibc

/// A file or standard input, read in chunks; waiting for a slow writer ends when the user wants it to.
final class InputFile {
  private let path: String
  private let descriptor: Int32
  private var chunk = [UInt8](repeating: 0, count: 1 << 18)
  private(set) var bytesRead: Int64 = 0
  /// The length of a regular file; `nil` for a pipe.
  let size: Int64?

  /// - Parameter path: `-` is standard input.
  init(_ path: String) throws {
    self.path = path
    descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw InputFile.failure(path) }
    var status = stat()
    let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    size = isRegular ? Int64(status.st_size) : nil
  }

  deinit { if descriptor > 0 { close(descriptor) } }

  /// The next bytes; none at the end; `nil` if the user wants to end.
  ///
  /// - Parameter returnsWhenIdle: `nil`, too, when a writer has nothing for us for a moment.
  func read(returnsWhenIdle: Bool) throws -> [UInt8]? {
    while true {
      guard !Interruption.isWanted else { return nil }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // In slices: the signal may reach another thread than this one.
      let ready = poll(&entry, 1, 200)
      // Interrupted (below 0) is not readable: a read would wait without an end.
      guard ready > 0 else {
        if ready == 0 && returnsWhenIdle { return nil }
        continue
      }
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw InputFile.failure(path) }
      bytesRead += Int64(count)
      return Array(chunk[..<count])
    }
  }

  private static func failure(_ path: String) -> CommandFailure {
    CommandFailure(.failure, "\(path) cannot be read: \(String(cString: strerror(errno)))")
  }
}
