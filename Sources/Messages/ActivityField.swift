/// The fields of an activity message in the contract's order, which is also the order in which faults are reported.
package enum ActivityField: Int, Sendable, CaseIterable {
  case id
  case resident
  case behaviour
  case quantity
  case unit
  case endedAt
  case startedAt
  case region
  case evidence
  case claimedGrams
  case sequence
  case reverses

  /// The contract's name.
  package var name: String {
    switch self {
    case .id: "id"
    case .resident: "resident"
    case .behaviour: "behaviour"
    case .quantity: "quantity"
    case .unit: "unit"
    case .endedAt: "ended_at"
    case .startedAt: "started_at"
    case .region: "region"
    case .evidence: "evidence"
    case .claimedGrams: "claimed_g"
    case .sequence: "seq"
    case .reverses: "reverses"
    }
  }

  /// The field of a name; `nil` for fields that the contract does not know.
  ///
  /// Each message asks this for each of its names. So they are compared as numbers: their first eight letters as a
  /// little-endian word, which is to say backwards.
  init?(name: RawSpan) {
    switch (name.byteCount, Self.firstEightLetters(of: name)) {
    case (2, 0x0000_0000_0000_6469): self = .id
    case (8, 0x746e_6564_6973_6572): self = .resident
    case (9, 0x756f_6976_6168_6562) where name[8] == UInt8(ascii: "r"): self = .behaviour
    case (8, 0x7974_6974_6e61_7571): self = .quantity
    case (4, 0x0000_0000_7469_6e75): self = .unit
    case (8, 0x7461_5f64_6564_6e65): self = .endedAt
    case (10, 0x5f64_6574_7261_7473) where name[8] == UInt8(ascii: "a") && name[9] == UInt8(ascii: "t"):
      self = .startedAt
    case (6, 0x0000_6e6f_6967_6572): self = .region
    case (8, 0x6563_6e65_6469_7665): self = .evidence
    case (9, 0x5f64_656d_6961_6c63) where name[8] == UInt8(ascii: "g"): self = .claimedGrams
    case (3, 0x0000_0000_0071_6573): self = .sequence
    case (8, 0x7365_7372_6576_6572): self = .reverses
    default: return nil
    }
  }

  private static func firstEightLetters(of name: RawSpan) -> UInt64 {
    if name.byteCount >= 8 { return UInt64(littleEndian: name.word(at: 0)) }
    var letters: UInt64 = 0
    for offset in 0..<name.byteCount { letters |= UInt64(name[offset]) << UInt64(8 * offset) }
    return letters
  }
}
