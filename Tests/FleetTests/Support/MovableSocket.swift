import Foundation
import Glibc

/// A path that leads to one server's socket, and later to another's: what a failover does to a name.
final class MovableSocket {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("puhui-link-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  var path: String { folder.appendingPathComponent("redis.sock").path }
  var url: String { "unix://\(path)" }

  func lead(to socketPath: String) throws {
    let next = folder.appendingPathComponent("next").path
    try FileManager.default.createSymbolicLink(atPath: next, withDestinationPath: socketPath)
    guard rename(next, path) == 0 else { throw TestFailure("the link cannot be moved: errno \(errno)") }
  }
}
