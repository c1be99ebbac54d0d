import CarbonInclusion
import Certificates
import Foundation
import Testing

/// Certificates for tests, signed with a key that is always the same.
enum Sample {
  static let today = Day(number: 20_782)  // 2026-11-25

  static func key(_ number: UInt8 = 1, from: Day = Day(number: 20_700)) throws -> SigningKey {
    try #require(SigningKey(bytes: [UInt8](repeating: number, count: 32), validFrom: from))
  }

  static func certificate(
    holder: String = "李晋", resident: String = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    milligrams: [Int64] = [10_450_000, 45_720],
    issuer: String = "三晋绿色生活平台"
  ) -> Certificate {
    let names = [
      ("transport", "行", "Transport"), ("food", "食", "Food"), ("housing", "住", "Housing"),
      ("clothing", "衣", "Clothing"),
      ("tourism", "游", "Tourism"), ("goods", "用", "Goods"), ("office", "办公", "Office"),
    ]
    let shares = zip(names, milligrams).enumerated().map { index, pair in
      Certificate.Share(
        code: pair.0.0, name: .init(chinese: pair.0.1, english: pair.0.2), reductionMilligrams: pair.1,
        actions: Int64(index + 1))
    }
    return Certificate(
      serial: "SX-2026-000123", programme: .init(chinese: "三晋绿色生活", english: "Sanjin Green Life"),
      issuer: .init(chinese: issuer, english: "Sanjin Green Life platform"), resident: resident, holder: holder,
      title: .init(chinese: "低碳达人", english: "Low-carbon master"), reductionMilligrams: milligrams.reduce(0, +),
      actions: shares.reduce(0) { $0 + $1.actions }, categories: shares, from: Day(number: 19_325),
      to: Day(number: 20_780), issued: today, key: "")
  }

  static func signed(_ certificate: Certificate = certificate(), by number: UInt8 = 1) throws -> SignedCertificate {
    try SignedCertificate(signing: certificate, with: key(number))
  }

  static func keyring(_ numbers: UInt8...) throws -> Keyring { Keyring(try numbers.map { try key($0).publicKey }) }
}
