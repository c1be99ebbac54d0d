package import CarbonInclusion
import Crypto

/// The fleet's secret, which makes evidence recognisable across partners without storing it.
///
/// The digest of evidence is the first 128 bits of HMAC-SHA256 over its UTF-8. It does not depend on partner,
/// behaviour or exclusivity group: the same evidence always has the same digest. Without the secret, a list of all
/// vehicle numbers would undo it.
package struct EvidenceSecret: Sendable {
  /// A secret is as long as this at least, in bytes.
  package static let minimumBytes = 16

  /// Keyed once; each evidence goes on from a copy of it.
  private let keyed: HMAC<SHA256>

  /// `nil` for a secret of fewer than `minimumBytes`.
  package init?(_ secret: [UInt8]) {
    guard secret.count >= Self.minimumBytes else { return nil }
    keyed = HMAC(key: SymmetricKey(data: secret))
  }

  package func digest(of evidence: String) -> CarbonInclusion.Digest {
    var code = keyed
    code.update(data: Array(evidence.utf8))
    let (high, low) = code.finalize().withUnsafeBytes { firstWords(of: $0) }
    return CarbonInclusion.Digest(high: high, low: low)
  }
}

extension EvidenceSecret: CustomStringConvertible {
  /// Never the secret itself.
  package var description: String { "EvidenceSecret" }
}
