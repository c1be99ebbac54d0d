import Glibc

/// Makes PNG and PDF of an SVG by librsvg's program, where it is installed.
enum Rasterizer {
  enum Format: String {
    case png, pdf
  }

  static let program = "rsvg-convert"
  /// Pixels across a PNG: 254 dots an inch on A4.
  private static let pixels = "2100"
  private static let patienceMs = 60_000

  /// - Throws: a failure of configuration that says what to install.
  static func requireProgram() throws {
    let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    guard folders.split(separator: ":").contains(where: { access("\($0)/\(program)", X_OK) == 0 }) else {
      throw CommandFailure(
        .configuration, "--png and --pdf need \(program), which is not on the PATH: install librsvg2-bin")
    }
  }

  static func convert(_ svg: String, to path: String, _ format: Format) throws {
    var arguments = [program, "--format", format.rawValue, "--output", path]
    if format == .png { arguments += ["--width", pixels, "--keep-aspect-ratio"] }
    let status = try run(arguments + [svg])
    guard status == 0 else { throw CommandFailure(.failure, "\(program) could not write \(path) (status \(status))") }
  }

  private static func run(_ arguments: [String]) throws -> Int32 {
    let names = ["PATH", "HOME", "LANG", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"]
    let variables = names.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
    var words = arguments.map { strdup($0) } + [nil]
    var settings = variables.map { strdup($0) } + [nil]
    defer { for word in words + settings { free(word) } }
    var child = pid_t()
    let failure = posix_spawnp(&child, program, nil, nil, &words, &settings)
    guard failure == 0 else {
      throw CommandFailure(.failure, "\(program) cannot be run: \(String(cString: strerror(failure)))")
    }
    var status: Int32 = 0
    for _ in 0..<patienceMs / 5 {
      let ended = waitpid(child, &status, WNOHANG)
      if ended == child { return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F }
      guard ended == 0 || errno == EINTR else { break }
      usleep(5_000)
    }
    kill(child, SIGKILL)
    waitpid(child, &status, 0)
    throw CommandFailure(.failure, "\(program) did not end within \(patienceMs / 1000) s")
  }
}
