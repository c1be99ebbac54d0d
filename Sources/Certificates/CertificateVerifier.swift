/// Checks what somebody shows, offline: with a keyring, and a status list where there is one.
package enum CertificateVerifier {
  /// What was shown, once it proved genuine.
  package enum Genuine: Sendable, Equatable {
    /// JSON or SVG: every word and every byte.
    case certificate(Certificate)
    /// The text of a QR code: number, amount and day alone.
    case code(SealedCode)

    package var serial: String {
      switch self {
      case .certificate(let certificate): certificate.serial
      case .code(let code): code.serial
      }
    }
  }

  /// What a status list says about a genuine certificate.
  package enum Standing: Sendable, Equatable {
    case known(CertificateStatus)
    /// It was issued on the list's day or later.
    case newerThanList
    /// It was issued before the list's day, and the list does not have it.
    case missing
  }

  /// Tells JSON, SVG and the text of a QR code apart by their first characters. One newline at the end, which editors
  /// and shells add, is not counted as a part.
  ///
  /// - Throws: why it is not genuine.
  package static func verify(_ file: [UInt8], _ keyring: Keyring) throws(CertificateFault) -> Genuine {
    let bytes = file.last == UInt8(ascii: "\n") ? Array(file.dropLast()) : file
    switch bytes.first {
    case UInt8(ascii: "{"):
      let signed = try SignedCertificate(json: bytes)
      try signed.check(keyring)
      return .certificate(signed.certificate)
    case UInt8(ascii: "<"):
      let signed = try SignedCertificate(json: try CertificateDrawing.json(in: bytes))
      try signed.check(keyring)
      guard Array(signed.svg.utf8) == bytes else { throw .changedPicture }
      return .certificate(signed.certificate)
    default:
      guard let text = String(validating: bytes, as: UTF8.self), let code = SealedCode(text) else {
        throw .unreadable("it begins neither as JSON, nor as SVG, nor as the text of a QR code (\(SealedCode.mark):…)")
      }
      try code.check(keyring)
      return .code(code)
    }
  }

  package static func standing(of shown: Genuine, in list: StatusList) -> Standing {
    if let status = list.statuses[shown.serial] { return .known(status) }
    let issued =
      switch shown {
      case .certificate(let certificate): certificate.issued
      case .code(let code): code.issued
      }
    return issued >= list.asOf ? .newerThanList : .missing
  }
}
