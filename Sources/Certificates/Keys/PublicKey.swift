package import CarbonInclusion
internal import Crypto

/// What checks the signatures of one signing key, and when that key was in use.
package struct PublicKey: Sendable, Equatable {
  /// The first 8 bytes of SHA-256 of the key, in hexadecimal digits.
  package let id: String
  package let bytes: [UInt8]
  /// The days on which it signed; both included.
  package var validFrom: Day
  package var retired: Day?

  package init(bytes: [UInt8], validFrom: Day, retired: Day? = nil) {
    id = BitText.hexadecimal(SHA256.hash(data: bytes).prefix(8))
    self.bytes = bytes
    self.validFrom = validFrom
    self.retired = retired
  }

  func isSignature(_ signature: [UInt8], of text: String) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
    return key.isValidSignature(signature, for: Array(text.utf8))
  }

  func signed(on day: Day) -> Bool { day >= validFrom && (retired.map { day <= $0 } ?? true) }
}
