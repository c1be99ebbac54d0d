import Glibc

/// A file that is written in large pieces.
final class OutputFile {
  private let path: String
  private let descriptor: Int32
  private var pending: [UInt8] = []

  /// - Parameter path: `-` is standard output; a file that exists is begun anew.
  init(_ path: String) throws {
    self.path = path
    descriptor = path == "-" ? 1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CommandFailure(.failure, OutputFile.sentence(path)) }
  }

  deinit { if descriptor > 1 { close(descriptor) } }

  /// Adds to the file; what is added is in it after `flush()` at the latest.
  func write(_ add: (inout [UInt8]) -> Void) throws {
    add(&pending)
    if pending.count >= 1 << 18 { try flush() }
  }

  func flush() throws {
    var rest = pending[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(1 << 16))
      let written = Glibc.write(descriptor, piece, piece.count)
      if written < 0 && errno == EINTR { continue }
      // A reader that has gone, as `head` does, is no failure of the command.
      if written < 0, errno == EPIPE, descriptor == 1 { Console.exit(0) }
      guard written > 0 else { throw CommandFailure(.failure, OutputFile.sentence(path)) }
      rest = rest.dropFirst(written)
    }
    pending.removeAll(keepingCapacity: true)
  }

  private static func sentence(_ path: String) -> String {
    "\(path == "-" ? "standard output" : path) cannot be written: \(String(cString: strerror(errno)))"
  }
}
