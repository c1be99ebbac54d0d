package import CarbonInclusion
internal import Crypto

/// A private Ed25519 key that certificates are signed with.
package struct SigningKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey
  package let publicKey: PublicKey

  /// A new one.
  package init(validFrom: Day) {
    self.init(Curve25519.Signing.PrivateKey(), validFrom: validFrom)
  }

  /// From the 32 bytes of a kept one; `nil` for any other number of bytes.
  package init?(bytes: [UInt8], validFrom: Day) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
    self.init(key, validFrom: validFrom)
  }

  private init(_ key: Curve25519.Signing.PrivateKey, validFrom: Day) {
    self.key = key
    publicKey = PublicKey(bytes: Array(key.publicKey.rawRepresentation), validFrom: validFrom)
  }

  package var id: String { publicKey.id }

  /// The 32 bytes to keep.
  package var bytes: [UInt8] { Array(key.rawRepresentation) }

  /// 64 bytes.
  func signature(of text: String) throws(CertificateFault) -> [UInt8] {
    do {
      return Array(try key.signature(for: Array(text.utf8)))
    } catch {
      throw CertificateFault.notSigned("\(error)")
    }
  }
}

extension SigningKey {
  /// As a file: keep it where nobody else can read it.
  package var fileText: String {
    """
    # Puhui: private key of certificates. Whoever has it can issue certificates.
    key: \(id)
    from: \(publicKey.validFrom)
    private: \(Base64.text(bytes))

    """
  }

  /// - Throws: `.badKeyFile`.
  package init(fileText: String) throws(CertificateFault) {
    let fields = try KeyFile.fields(fileText, names: ["key", "from", "private"])
    guard let day = fields["from"].flatMap({ Day($0) }) else {
      throw .badKeyFile("the line `from: 2022-11-29` is missing or wrong")
    }
    guard let bytes = fields["private"].flatMap({ Base64.bytes($0) }),
      let key = SigningKey(bytes: bytes, validFrom: day)
    else { throw .badKeyFile("the line `private:` is missing, or no Ed25519 key of 32 bytes in Base64") }
    guard key.id == fields["key"] else {
      throw .badKeyFile("its key is \(key.id), and it says that it were \(fields["key"] ?? "none")")
    }
    self = key
  }
}

extension SigningKey: CustomStringConvertible {
  /// Never the key itself.
  package var description: String { "SigningKey \(id)" }
}
