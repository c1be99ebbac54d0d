import Certificates
import Glibc

/// Key files on disk.
enum KeyFiles {
  /// Writes a private key where nobody but its owner can read it. Never over another file.
  static func write(_ key: SigningKey, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let reason = errno == EEXIST ? "it exists, and a key is never written over" : String(cString: strerror(errno))
      throw CommandFailure(.failure, "\(path) cannot be written: \(reason)")
    }
    defer { close(descriptor) }
    let bytes = Array(key.fileText.utf8)
    guard fchmod(descriptor, 0o600) == 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count,
      fsync(descriptor) == 0
    else { throw CommandFailure(.failure, "\(path) cannot be written: \(String(cString: strerror(errno)))") }
  }

  /// - Throws: a failure of configuration where it is no private key, or others may read it.
  static func signingKey(_ path: String) throws -> SigningKey {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
      throw CommandFailure(.configuration, "others may read the signing key \(path): run `chmod 600 \(path)`")
    }
    return try read(path) { text throws(CertificateFault) in try SigningKey(fileText: text) }
  }

  static func keyring(_ path: String) throws -> Keyring {
    try read(path) { text throws(CertificateFault) in try Keyring(fileText: text) }
  }

  static func statusList(_ path: String) throws -> StatusList {
    try read(path) { text throws(CertificateFault) in try StatusList(json: text) }
  }

  private static func read<Value>(
    _ path: String, _ make: (String) throws(CertificateFault) -> Value
  ) throws -> Value {
    let text: String
    do throws(TextFile.Failure) {
      text = try TextFile.read(path)
    } catch {
      throw CommandFailure(.configuration, "\(path) cannot be read: \(error)")
    }
    do throws(CertificateFault) {
      return try make(text)
    } catch {
      throw CommandFailure(.configuration, "\(path): \(error)")
    }
  }
}
