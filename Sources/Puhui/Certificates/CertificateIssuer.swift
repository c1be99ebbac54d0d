import CarbonInclusion
import Certificates
import Ledger
import PostgresClient

/// A certificate that was booked, and the serial of the one whose place it takes.
struct IssuedCertificate {
  let signed: SignedCertificate
  let superseded: String?

  /// The signed document; see `SignedCertificate`.
  var json: String { signed.json }
  var svg: String { signed.svg }
}

/// Issues certificates within a transaction that is open: the rewards worker's, or the command's own.
struct CertificateIssuer {
  let programme: Catalogue.Programme
  /// From a file; `nil` where the ledger keeps the key.
  let key: SigningKey?

  /// - Parameter name: what to call the holder; `nil` is the pseudonymous id.
  /// - Throws: `JobError` where there is nothing to certify, the name cannot stand, or no key may sign.
  func issue(
    resident: String, name: String?, _ connection: inout PostgresConnection
  ) throws -> IssuedCertificate {
    if let problem = name.flatMap(HolderName.problem) { throw JobError(.invalidField, "the name \(problem)") }
    let key = try signingKey(&connection)
    let (signed, superseded) = try CertificateStore.issue(
      resident: resident, utcOffsetSeconds: programme.utcOffsetSeconds, &connection
    ) { facts, number in
      let signed = try SignedCertificate(
        signing: certificate(facts, serial: serial(number, on: facts.today), name: name), with: key)
      return (signed.certificate.serial, signed.json, signed)
    }
    return IssuedCertificate(signed: signed, superseded: superseded)
  }

  /// What a certificate of these facts says, its key aside.
  func certificate(_ facts: CertificateFacts, serial: String, name: String?) -> Certificate {
    Certificate(
      serial: serial, programme: programme.name, issuer: programme.issuer ?? programme.name, resident: facts.resident,
      holder: name ?? facts.resident, title: facts.title ?? .init(chinese: "–", english: "–"),
      reductionMilligrams: facts.reductionMilligrams, actions: facts.actions,
      categories: facts.categories.map {
        .init(code: $0.code, name: $0.name, reductionMilligrams: $0.reductionMilligrams, actions: $0.actions)
      },
      from: facts.from, to: facts.to, issued: facts.today, key: "")
  }

  /// `SX-2026-000123`: the year of issue, and a number that goes on over the years.
  private func serial(_ number: Int64, on day: Day) -> String {
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    return "\(serialPrefix)-\("\(day)".prefix(4))-\(padded)"
  }

  private var serialPrefix: String {
    programme.serialPrefix ?? String(programme.code.uppercased().filter { $0 != "-" }.prefix(8))
  }

  /// The key in use. The first certificate of all takes one into use: that of the file, or one that the ledger keeps.
  private func signingKey(_ connection: inout PostgresConnection) throws -> SigningKey {
    if let found = try usable(&connection) { return found }
    let today = try CertificateKeys.today(utcOffsetSeconds: programme.utcOffsetSeconds, &connection)
    let first = key ?? SigningKey(validFrom: today)
    try CertificateKeys.use(first.entry, kept: key == nil ? first.bytes : nil, &connection)
    // Another transaction may have been first.
    guard let found = try usable(&connection) else { throw JobError(.noSigningKey, "no signing key could be kept") }
    return found
  }

  private func usable(_ connection: inout PostgresConnection) throws -> SigningKey? {
    guard let (inUse, kept) = try CertificateKeys.inUse(&connection) else { return nil }
    if let key {
      guard key.id == inUse.id else {
        throw JobError(
          .noSigningKey,
          "key \(key.id) is not the one in use, which is \(inUse.id): `puhui certificate key rotate --signing-key FILE`"
            + " changes it")
      }
      return key
    }
    guard let kept, let key = SigningKey(bytes: kept, validFrom: inUse.validFrom) else {
      throw JobError(
        .noSigningKey,
        "the signing key in use, \(inUse.id), is kept in a file: name it by --signing-key or PUHUI_SIGNING_KEY")
    }
    return key
  }
}

extension SigningKey {
  /// As the ledger books it.
  var entry: CertificateKeys.Key {
    CertificateKeys.Key(id: id, publicKey: publicKey.bytes, validFrom: publicKey.validFrom)
  }
}
