/// A region code of GB/T 2260: six digits, two each for province, prefecture and county; `140000` is all of Shanxi.
package struct Region: Sendable, Hashable {
  package let code: Int32

  /// `nil` unless the text is six decimal digits that begin with none of 0: provinces count from 11.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == 6, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let code = Int32(text), code >= 100_000
    else { return nil }
    self.code = code
  }

  package init(code: Int32) { self.code = code }

  /// How much of the code is said: 1 for a province, 2 for a prefecture, 3 for a county.
  package var depth: Int { code % 100 != 0 ? 3 : code % 10_000 != 0 ? 2 : 1 }

  /// Whether `other` lies in this region or is it.
  package func contains(_ other: Region) -> Bool {
    switch depth {
    case 1: other.code / 10_000 == code / 10_000
    case 2: other.code / 100 == code / 100
    default: other.code == code
    }
  }
}

extension Region: CustomStringConvertible {
  package var description: String {
    let digits = String(code)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}
