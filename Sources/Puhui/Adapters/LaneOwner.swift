import Glibc

/// Names a lane of a process in leases and fences: `host:pid:start:lane`. The start time tells a process from a later
/// one with the same pid; the host is a name, a boot and a pid namespace, because containers may share a name.
struct LaneOwner {
  private static let host: String = {
    var buffer = [CChar](repeating: 0, count: 256)
    gethostname(&buffer, buffer.count - 1)
    let boot = (try? TextFile.read("/proc/sys/kernel/random/boot_id"))?.prefix(8) ?? "0"
    return [text(buffer).map { $0 == ":" ? "-" : String($0) }.joined(), String(boot), pidNamespace()]
      .joined(separator: "-")
  }()

  /// The number in `pid:[4026531836]`.
  private static func pidNamespace() -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    guard readlink("/proc/self/ns/pid", &buffer, buffer.count - 1) > 0 else { return "0" }
    return text(buffer).filter(\.isNumber)
  }

  private static func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  let process: String
  let text: String

  init(lane: String) {
    let pid = getpid()
    self.process = "\(Self.host):\(pid):\(Self.startTime(ofProcess: pid) ?? "0")"
    self.text = "\(process):\(lane)"
  }

  /// Whether an owner's process was on this host and is no more: its leases need not be waited for.
  static func isGone(_ owner: String) -> Bool {
    let parts = owner.split(separator: ":")
    guard parts.count == 4, parts[0] == host, let pid = Int32(parts[1]) else { return false }
    return startTime(ofProcess: pid) != String(parts[2])
  }

  /// Field 22 of `/proc/PID/stat`, counted after the name in parentheses, which may hold spaces; see proc(5).
  private static func startTime(ofProcess pid: Int32) -> String? {
    guard let text = try? TextFile.read("/proc/\(pid)/stat"), let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: name)...].split(separator: " ")
    return fields.count > 19 ? String(fields[19]) : nil
  }
}
