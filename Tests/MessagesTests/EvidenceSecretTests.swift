import Messages
import Testing

/// The golden values come from Python's hmac.
struct EvidenceSecretTests {
  @Test func `keys are the first half of HMAC-SHA256`() throws {
    let short = try #require(EvidenceSecret(Array(0..<16)))
    #expect("\(short.digest(of: "bike:8620331"))" == "cbb84da042e52a47f7b89945152c84ca")
    #expect("\(short.digest(of: "电表🚲"))" == "5a62506fd019e60c9fb9ed742f9bdcf2")
    #expect("\(short.digest(of: ""))" == "07eff8b326b7798c9ccfcbdbe579489a")
    let long = try #require(EvidenceSecret([UInt8](repeating: UInt8(ascii: "k"), count: 100)))
    #expect("\(long.digest(of: "bike:8620331"))" == "ed2431a3d2b948583db19b81fff36ff4")
  }

  @Test func `a secret of fewer than sixteen bytes is refused`() {
    #expect(EvidenceSecret(Array(0..<15)) == nil)
    #expect(EvidenceSecret([]) == nil)
  }

  @Test func `a secret does not show itself`() throws {
    let secret = try #require(EvidenceSecret(Array("sixteen letters!".utf8)))
    #expect("\(secret)" == "EvidenceSecret")
    #expect(!"\(String(reflecting: secret))".contains("letters"))
  }
}
