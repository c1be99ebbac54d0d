/// A certificate with its signatures: what is stored, handed out as JSON, and drawn.
package struct SignedCertificate: Sendable, Equatable {
  package let certificate: Certificate
  /// Signature of the QR code's text, in Base32; the certificate's signature covers it.
  let seal: String
  /// Signature of the canonical certificate, in Base64.
  let signature: String

  /// Signs.
  ///
  /// - Parameter certificate: its `key` becomes that of the signing key.
  package init(signing certificate: Certificate, with key: SigningKey) throws(CertificateFault) {
    var certificate = certificate
    certificate.key = key.id
    self.certificate = certificate
    seal = Base32.text(try key.signature(of: SealedCode.signedText(certificate)))
    signature = Base64.text(try key.signature(of: certificate.canonical(seal: seal)))
  }

  package var code: SealedCode { SealedCode(certificate, seal: seal) }

  /// `{"certificate":{…},"key":…,"signature":…}`, the one text that it has. No newline at the end.
  package var json: String {
    "{\"certificate\":\(certificate.canonical(seal: seal)),"
      + "\"key\":\"\(certificate.key)\",\"signature\":\"\(signature)\"}"
  }

  /// The picture, which carries the JSON. No newline at the end.
  package var svg: String { CertificateDrawing(self).svg }

  /// Reads what `json` writes, byte for byte. Says nothing about the signature yet.
  ///
  /// - Throws: `.unreadable` or `.notCanonical`.
  package init(json bytes: [UInt8]) throws(CertificateFault) {
    do throws(JSONCursor.Fault) {
      var reader = JSONCursor(bytes)
      var seal = ""
      try reader.expect("{")
      certificate = try reader.field("certificate", isFirst: true) { reader throws(JSONCursor.Fault) in
        try Certificate(&reader, seal: &seal)
      }
      self.seal = seal
      let key = try reader.text("key")
      guard key == certificate.key else { throw reader.fault("two keys are named") }
      signature = try reader.text("signature")
      try reader.expect("}")
      try reader.finish()
    } catch {
      throw .unreadable("byte \(error.offset): \(error.problem)")
    }
    guard Array(json.utf8) == bytes else { throw .notCanonical }
  }

  /// - Throws: where the keyring does not say that this was signed.
  package func check(_ keyring: Keyring) throws(CertificateFault) {
    let key = try keyring.key(certificate.key, on: certificate.issued)
    guard let bytes = Base64.bytes(signature), key.isSignature(bytes, of: certificate.canonical(seal: seal)) else {
      throw .badSignature
    }
    try code.check(keyring)
  }
}
