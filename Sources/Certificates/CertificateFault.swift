/// Why a certificate, a key or a list is not accepted.
package enum CertificateFault: Error, Sendable, Equatable {
  /// It is no certificate, or not all of one; the text says where.
  case unreadable(String)
  /// It can be read, and its bytes are not those that were issued.
  case notCanonical
  /// The keyring does not hold the key that it names.
  case unknownKey(String)
  /// The key was not in use on the day of issue.
  case keyNotInUse(String)
  /// What it says is not what was signed.
  case badSignature
  /// The signed data is whole, and the picture around it is not the one that belongs to it.
  case changedPicture
  case badKeyFile(String)
  case badStatusList(String)
  /// A name that cannot stand on a certificate.
  case badName(String)
  case notSigned(String)
}

extension CertificateFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let place): "not a certificate: \(place)"
    case .notCanonical:
      "the file was changed after issue: a certificate has no white space, and its fields stand in one order. Keep the "
        + "bytes as they were issued (out of a job's reply: jq -c .certificate, or jq -r .svg)"
    case .unknownKey(let id): "key \(id) is not in the keyring: get the issuer's newest keyring"
    case .keyNotInUse(let detail): detail
    case .badSignature: "the signature does not fit: the certificate was changed after issue, or is forged"
    case .changedPicture:
      "the picture was changed after issue: its signed data is whole, and the drawing around it is another one"
    case .badKeyFile(let detail), .badStatusList(let detail), .badName(let detail): detail
    case .notSigned(let detail): "the certificate could not be signed: \(detail)"
    }
  }
}
