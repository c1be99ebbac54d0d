import Glibc

/// Who runs a command, for the record of what was changed.
enum SystemUser {
  static var name: String { getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(geteuid())" }
}
