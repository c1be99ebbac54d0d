import Foundation

/// The real binary, as a person or an operator runs it.
package struct PuhuiProgram: Sendable {
  private let environment: [String: String]

  /// - Parameter environment: settings of the fleet, `PUHUI_…`.
  package init(environment: [String: String]) {
    self.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  }

  /// How a run ended.
  package struct Ended: Sendable {
    package let status: Int32
    package let output: String
    package let errors: String
  }

  /// The binary that was built along with the tests.
  package static var path: String {
    Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
      .map { ($0.bundlePath as NSString).deletingLastPathComponent + "/puhui" }
      ?? (CommandLine.arguments[0] as NSString).deletingLastPathComponent + "/puhui"
  }

  /// Runs a command to its end.
  package func run(_ arguments: [String], input: String? = nil) throws -> Ended {
    let process = process(arguments)
    let (output, errors, source) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = input == nil ? FileHandle.nullDevice : source
    try process.run()
    if let input {
      source.fileHandleForWriting.write(Data(input.utf8))
      try source.fileHandleForWriting.close()
    }
    let collected = ErrorCollector(errors)
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Ended(status: process.terminationStatus, output: text, errors: collected.text())
  }

  /// Starts a worker that runs until it is stopped; its log goes to a file that a failing test can show.
  package func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Worker {
    let process = process(arguments)
    process.environment?.merge(environment) { $1 }
    let log = FileManager.default.temporaryDirectory.appendingPathComponent("puhui-\(UUID().uuidString.prefix(8)).log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: log)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return Worker(process: process, log: log)
  }

  private func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: PuhuiProgram.path)
    process.arguments = arguments
    process.environment = environment
    return process
  }

  /// A running worker process. It is killed when the test lets go of it.
  package final class Worker {
    private let process: Process
    private let log: URL

    init(process: Process, log: URL) {
      self.process = process
      self.log = log
    }

    deinit {
      kill()
      try? FileManager.default.removeItem(at: log)
    }

    package var pid: Int32 { process.processIdentifier }
    package var logText: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    package var isRunning: Bool { process.isRunning }

    /// Waits until it has ended by itself, and returns its exit status.
    @discardableResult
    package func waitForEnd() -> Int32 {
      process.waitUntilExit()
      return process.terminationStatus
    }

    /// Waits until something, a failpoint say, has stopped all of the process.
    package func waitUntilStopped() throws {
      while process.isRunning {
        let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        if stat.split(separator: ")").last?.hasPrefix(" T") == true { return }
        usleep(2_000)
      }
      throw Gone(log: logText)
    }

    /// The process ended where it was to stand still.
    package struct Gone: Error {
      package let log: String
    }

    /// Lets a stopped process go on.
    package func wake() { Foundation.kill(pid, SIGCONT) }

    package func kill() {
      guard process.isRunning else { return }
      Foundation.kill(pid, SIGKILL)
      process.waitUntilExit()
    }

    /// SIGTERM, and the exit status.
    package func stop() -> Int32 {
      if process.isRunning { process.terminate() }
      process.waitUntilExit()
      return process.terminationStatus
    }
  }
}

/// Reads standard error while standard output is read, so that neither pipe fills up.
private final class ErrorCollector: @unchecked Sendable {
  // The thread writes before it signals, and the text is read after the signal.
  private var data = Data()
  private let done = DispatchSemaphore(value: 0)

  init(_ pipe: Pipe) {
    let handle = pipe.fileHandleForReading
    Thread.detachNewThread { [self] in
      data = handle.readDataToEndOfFile()
      done.signal()
    }
  }

  func text() -> String {
    done.wait()
    return String(decoding: data, as: UTF8.self)
  }
}
