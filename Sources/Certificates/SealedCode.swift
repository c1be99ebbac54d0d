package import CarbonInclusion

/// The text of a certificate's QR code: enough to check the figure offline, with nothing but the keyring.
///
/// `PUHUI1:SERIAL:KEY:MILLIGRAMS:YYYYMMDD:SEAL`, all in the 45 characters that a QR code packs tightly. SEAL is the
/// Ed25519 signature of everything before its colon, in Base32. The holder's name is not in it: what it proves is that
/// a certificate of this number, amount and day was issued.
package struct SealedCode: Sendable, Equatable {
  static let mark = "PUHUI1"

  package var serial: String
  package var key: String
  package var reductionMilligrams: Int64
  package var issued: Day
  /// Base32 of the signature.
  package var seal: String

  /// Of a certificate, the seal aside.
  static func signedText(_ certificate: Certificate) -> String {
    signedText(
      serial: certificate.serial, key: certificate.key, milligrams: certificate.reductionMilligrams,
      issued: certificate.issued)
  }

  private static func signedText(serial: String, key: String, milligrams: Int64, issued: Day) -> String {
    let day = "\(issued)".filter { $0 != "-" }
    return "\(mark):\(serial):\(key.uppercased()):\(milligrams):\(day)"
  }

  package var text: String {
    Self.signedText(serial: serial, key: key, milligrams: reductionMilligrams, issued: issued) + ":" + seal
  }

  init(_ certificate: Certificate, seal: String) {
    serial = certificate.serial
    key = certificate.key
    reductionMilligrams = certificate.reductionMilligrams
    issued = certificate.issued
    self.seal = seal
  }

  /// Reads what `text` writes; `nil` for anything else.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 6, parts[0] == Self.mark, let milligrams = Int64(parts[3]), parts[4].utf8.count == 8,
      let day = Day("\(parts[4].prefix(4))-\(parts[4].dropFirst(4).prefix(2))-\(parts[4].suffix(2))")
    else { return nil }
    (serial, key, reductionMilligrams, issued, seal) = (parts[1], parts[2].lowercased(), milligrams, day, parts[5])
    guard self.text == text else { return nil }
  }

  /// - Throws: where the keyring does not say that this was signed.
  package func check(_ keyring: Keyring) throws(CertificateFault) {
    let key = try keyring.key(key, on: issued)
    let signed = Self.signedText(serial: serial, key: self.key, milligrams: reductionMilligrams, issued: issued)
    guard let signature = Base32.bytes(seal), key.isSignature(signature, of: signed) else {
      throw .badSignature
    }
  }
}

extension Keyring {
  /// The key that a certificate names, if it was in use on the day.
  func key(_ id: String, on day: Day) throws(CertificateFault) -> PublicKey {
    guard let key = self[id] else { throw .unknownKey(id) }
    guard key.signed(on: day) else {
      throw .keyNotInUse(
        "key \(id) was in use from \(key.validFrom)" + (key.retired.map { " to \($0)" } ?? "")
          + ", and the certificate says that it was issued on \(day)")
    }
    return key
  }
}
