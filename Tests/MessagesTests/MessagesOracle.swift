import Foundation

/// Runs `Tests/Oracle/messages_oracle.py`, the second reading of the formats, over many messages at once.
enum MessagesOracle {
  enum Mode: String { case json, activity }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// One line for each message, in order.
  static func lines(_ mode: Mode, for messages: [[UInt8]]) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "messages-oracle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appending(path: "input")
    let output = folder.appending(path: "output")
    try frames(messages).write(to: input)
    try Data().write(to: output)

    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Oracle/messages_oracle.py")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", script.path(percentEncoded: false), mode.rawValue]
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "the oracle ended with \(process.terminationStatus); its traceback is above")
    }
    let lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map(String.init)
    guard lines.count == messages.count else {
      throw Failure(description: "the oracle wrote \(lines.count) lines for \(messages.count) messages")
    }
    return lines
  }

  private static func frames(_ messages: [[UInt8]]) -> Data {
    var data = Data()
    for message in messages {
      withUnsafeBytes(of: UInt32(message.count).bigEndian) { data.append(contentsOf: $0) }
      data.append(contentsOf: message)
    }
    return data
  }
}

/// Lower-case hexadecimal, as the oracle writes text.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}
