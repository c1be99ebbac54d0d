/// What became of a certificate after it was issued.
package enum CertificateStatus: Sendable, Equatable {
  case issued
  /// A newer one of the same resident takes its place.
  case superseded(by: String)
  case revoked(reason: String)

  /// The word in files and tables.
  package var word: String {
    switch self {
    case .issued: "issued"
    case .superseded: "superseded"
    case .revoked: "revoked"
    }
  }

  /// - Returns: `nil` where the three do not fit together.
  package init?(word: String, supersededBy: String?, reason: String?) {
    switch (word, supersededBy, reason) {
    case ("issued", nil, nil): self = .issued
    case ("superseded", let serial?, nil): self = .superseded(by: serial)
    case ("revoked", nil, let reason?): self = .revoked(reason: reason)
    default: return nil
    }
  }
}
