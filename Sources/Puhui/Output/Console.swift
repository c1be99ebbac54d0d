import Glibc

/// Standard output and error, without Foundation.
enum Console {
  static func print(_ text: String) { write(text + "\n", to: 1) }

  static func write(_ text: String) { write(text, to: 1) }

  static func error(_ text: String) { write(text + "\n", to: 2) }

  static func exit(_ code: Int32) -> Never { Glibc.exit(code) }

  /// Whether a person is looking at standard error, where progress goes.
  static var isInteractive: Bool { isatty(2) == 1 }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      // A reader that has gone, as `head` does, is no failure of the command.
      guard written > 0 else { exit(0) }
      bytes = bytes.dropFirst(written)
    }
  }
}
