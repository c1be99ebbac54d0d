import CarbonInclusion
import Certificates
import Foundation
import Testing

/// What is accepted as genuine, and what is not.
@Suite struct VerificationTests {
  @Test func `a signed certificate has one text, and it verifies`() throws {
    let signed = try Sample.signed()
    let expected = [
      #"{"certificate":{"version":1,"serial":"SX-2026-000123","programme":{"zh":"三晋绿色生活","en":"Sanjin Green Life"},"#,
      #""issuer":{"zh":"三晋绿色生活平台","en":"Sanjin Green Life platform"},"resident":"o6_bmjrPTlm6_2sgVt7hMZOPfL2M","#,
      #""holder":"李晋","title":{"zh":"低碳达人","en":"Low-carbon master"},"reduction_mg":10495720,"actions":3,"#,
      #""categories":[{"code":"transport","name":{"zh":"行","en":"Transport"},"reduction_mg":10450000,"actions":1},"#,
      #"{"code":"food","name":{"zh":"食","en":"Food"},"reduction_mg":45720,"actions":2}],"from":"2022-11-29","#,
      #""to":"2026-11-23","issued":"2026-11-25","key":"34750f98bd59fcfc","seal":""#,
    ].joined()
    #expect(signed.json.hasPrefix(expected), "\(signed.json)")
    #expect(signed.json == (try Sample.signed()).json, "the same certificate twice, in two texts")
    for text in [signed.json, signed.svg] {
      for end in ["", "\n"] {
        let shown = try CertificateVerifier.verify(Array((text + end).utf8), Sample.keyring(1))
        #expect(shown == .certificate(signed.certificate))
      }
    }
    #expect(try SignedCertificate(json: Array(signed.json.utf8)) == signed)
    let code = try CertificateVerifier.verify(Array(signed.code.text.utf8), Sample.keyring(1))
    #expect(code == .code(signed.code) && signed.code.reductionMilligrams == 10_495_720)
  }

  @Test(arguments: ["json", "svg", "code"])
  func `10,000 random changes of one bit are all refused`(_ form: String) throws {
    let signed = try Sample.signed()
    let bytes = Array(((form == "json" ? signed.json : form == "svg" ? signed.svg : signed.code.text) + "\n").utf8)
    let keyring = try Sample.keyring(1)
    var accepted: [Int] = []
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      let bit = Int.random(in: 0..<bytes.count * 8, using: &generator)
      var changed = bytes
      changed[bit / 8] ^= 1 << (bit % 8)
      do {
        _ = try CertificateVerifier.verify(changed, keyring)
        accepted.append(bit)
      } catch {}
    }
    #expect(accepted.isEmpty, "bits that may be changed: \(accepted.prefix(20))")
  }

  /// Changes that leave a text with the same meaning, or almost.
  static let rewritings: [@Sendable (String) -> String] = [
    { $0.replacingOccurrences(of: ",", with: ", ") }, { " " + $0 }, { $0 + "\n\n" }, { $0 + " " },
    { $0.replacingOccurrences(of: "\"actions\":3", with: "\"actions\":03") },
    { $0.replacingOccurrences(of: "\"actions\":3", with: "\"actions\":3.0") },
    { $0.replacingOccurrences(of: "\"version\":1,", with: "") },
    { $0.replacingOccurrences(of: "SX-2026", with: "SX\\u002d2026") },
    { $0.replacingOccurrences(of: "/", with: "\\/") + "/" },
    { $0.replacingOccurrences(of: "\"from\"", with: "\"extra\":1,\"from\"") },
    { $0.replacingOccurrences(of: "==\"}", with: "\"}") }, { $0 + $0 }, { String($0.dropLast()) },
    { $0.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n" },
  ]

  @Test(arguments: rewritings.indices)
  func `another text for the same certificate is refused`(_ index: Int) throws {
    for text in [try Sample.signed().json, try Sample.signed().svg] {
      let changed = Self.rewritings[index](text)
      guard changed != text else { continue }
      #expect(throws: CertificateFault.self) {
        try CertificateVerifier.verify(Array(changed.utf8), Sample.keyring(1))
      }
    }
  }

  @Test func `a picture that shows something else than it carries is found out`() throws {
    let signed = try Sample.signed()
    let other = try Sample.signed(Sample.certificate(milligrams: [99_000_000]))
    let painted = signed.svg.replacingOccurrences(of: ">10.49572<", with: ">99.49572<")
    #expect(painted != signed.svg)
    #expect(throws: CertificateFault.changedPicture) {
      try CertificateVerifier.verify(Array(painted.utf8), Sample.keyring(1))
    }
    // The drawing of one around the data of the other.
    let escaped = { (text: String) in text.replacingOccurrences(of: "\"", with: "&quot;") }
    let mixed = other.svg.replacingOccurrences(of: escaped(other.json), with: escaped(signed.json))
    #expect(mixed.contains(escaped(signed.json)))
    #expect(throws: CertificateFault.changedPicture) {
      try CertificateVerifier.verify(Array(mixed.utf8), Sample.keyring(1))
    }
  }

  @Test func `a certificate from before a rotation verifies, one that is dated after it does not`() throws {
    let old = try Sample.key(1)
    var retired = old.publicKey
    retired.retired = Sample.today
    let new = try Sample.key(2, from: Sample.today).publicKey
    let keyring = try Keyring(fileText: Keyring([retired, new]).fileText)
    #expect(keyring.keys == [retired, new])
    let signed = try Sample.signed()
    _ = try CertificateVerifier.verify(Array(signed.svg.utf8), keyring)
    _ = try CertificateVerifier.verify(Array(try Sample.signed(by: 2).json.utf8), keyring)
    var late = Sample.certificate()
    late.issued = Sample.today.adding(days: 1)
    let dated = try SignedCertificate(signing: late, with: old)
    #expect(throws: CertificateFault.self) { try CertificateVerifier.verify(Array(dated.json.utf8), keyring) }
    #expect(throws: CertificateFault.unknownKey(old.id)) {
      try CertificateVerifier.verify(Array(signed.json.utf8), Sample.keyring(2, 3))
    }
  }

  @Test func `another key that takes the name of a known one is refused`() throws {
    let forged = try Sample.signed(by: 9).json.replacingOccurrences(
      of: try Sample.key(9).id, with: try Sample.key(1).id)
    #expect(throws: CertificateFault.badSignature) {
      try CertificateVerifier.verify(Array(forged.utf8), Sample.keyring(1))
    }
  }

  @Test func `a status list says what became of a certificate`() throws {
    let shown = try CertificateVerifier.verify(Array(try Sample.signed().json.utf8), Sample.keyring(1))
    let statuses: [CertificateStatus] = [.issued, .superseded(by: "SX-2026-000200"), .revoked(reason: "错误 \"x\"")]
    for status in statuses {
      let list = StatusList(asOf: Sample.today, statuses: ["SX-2026-000123": status, "SX-2026-000009": .issued])
      let read = try StatusList(json: list.json)
      #expect(read == list)
      #expect(CertificateVerifier.standing(of: shown, in: read) == .known(status))
    }
    let older = StatusList(asOf: Sample.today, statuses: [:])
    let newer = StatusList(asOf: Sample.today.adding(days: 1), statuses: [:])
    #expect(CertificateVerifier.standing(of: shown, in: older) == .newerThanList)
    #expect(CertificateVerifier.standing(of: shown, in: try StatusList(json: newer.json)) == .missing)
    #expect(throws: CertificateFault.self) {
      try StatusList(json: #"{"as_of":"2026-11-25","certificates":[{"serial":"a","status":"superseded"}]}"#)
    }
  }

  @Test func `key files say what is wrong with them`() throws {
    let key = try Sample.key(1)
    let read = try SigningKey(fileText: key.fileText)
    #expect(read.bytes == key.bytes && read.publicKey == key.publicKey && !"\(read)".contains(Base64.text(key.bytes)))
    for (text, says) in [
      ("", "from"), (key.fileText.replacingOccurrences(of: "private: ", with: "private: A"), "private"),
      (key.fileText.replacingOccurrences(of: "key: 3", with: "key: 4"), "key is"), (key.fileText + "x: 1\n", "line 5"),
    ] {
      let fault = #expect(throws: CertificateFault.self) { try SigningKey(fileText: text) }
      #expect("\(try #require(fault))".contains(says), "\(text)")
    }
    let line = "\(key.id) \(Base64.text(key.publicKey.bytes)) 2026-09-04 -\n"
    for (text, says) in [
      ("# nothing\n", "no key"), (key.fileText, "private key"), (line + line, "twice"), ("a b c\n", "line 1"),
      (line.replacingOccurrences(of: "\(key.id)", with: "0000000000000000"), "id is"),
      (line.replacingOccurrences(of: " -", with: " soon"), "no day"),
    ] {
      let fault = #expect(throws: CertificateFault.self) { try Keyring(fileText: text) }
      #expect("\(try #require(fault))".contains(says), "\(text)")
    }
  }

  @Test func `names that cannot be seen, or hide others, are refused`() {
    for name in ["李晋", "ليلى بنت أحمد", "🌱👩‍👩‍👧‍👦", "<b>&\"'", "O'Brien-Łukasz", String(repeating: "晋", count: 64)] {
      #expect(HolderName.problem(name) == nil, "\(name)")
    }
    for name in [
      "", "  ", " a", "a\n", "a\tb", "a\u{202E}b", "a\u{200F}b", "\u{0}", "\u{E000}", "\u{FFFF}", "a\u{3000}b",
      String(repeating: "晋", count: 65), "a" + String(repeating: "\u{301}", count: 300),
    ] {
      #expect(HolderName.problem(name) != nil, "\(name.unicodeScalars.map(\.value))")
    }
  }

  @Test func `Base32 and Base64 have one text for each sequence of bytes`() {
    for count in 0..<40 {
      let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max) }
      #expect(Base64.text(bytes) == Data(bytes).base64EncodedString())
      #expect(Base64.bytes(Base64.text(bytes)) == bytes && Base32.bytes(Base32.text(bytes)) == bytes)
    }
    #expect(Base32.text(Array("foobar".utf8)) == "MZXW6YTBOI")
    for text in ["Zh==", "Zg=", "Zg", "Z", "=", "Zg== ", "Zm9v\n", "Z_8="] { #expect(Base64.bytes(text) == nil) }
    for text in ["MZ", "M", "mzxw", "MZXW1"] { #expect(Base32.bytes(text) == nil, "\(text)") }
  }
}
