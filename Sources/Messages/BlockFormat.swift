import CarbonInclusion

/// The bytes of a block, formats PHB1 to PHB3. Numbers of fixed size are big-endian; varint, zigzag and text as in
/// `ByteWriter`. PHB2 is PHB1 with the numbers of the partner's own counter behind the entries. A block without such
/// numbers is written as PHB1, so that an older binary beside this one goes on booking it. PHB3 is PHB2, perhaps
/// without numbers, with reviews among its entries; a binary that does not know them lets such a block wait.
///
/// ```
/// magic          4 bytes  "PHB1", "PHB2" or "PHB3"
/// pushed at      8 bytes  ms since 1970; the script that pushes puts it in, the encoder leaves it out
/// partner        text
/// incarnation    8 bytes
/// first covered  8 bytes
/// covered        varint   how many positions from there
/// entries        varint
/// entry …        position as varint (from the first covered), kind (1 byte), then
///   activity     flags (1 byte), digest (16 bytes), id, resident, behaviour or reversed id (texts), ended at (zigzag);
///                where flagged: quantity (zigzag), unit (1 byte), started at (zigzag, from ended at), region (zigzag),
///                evidence (text), claimed mg (zigzag), sequence (zigzag)
///   refused      flags (1 byte), reason, detail (texts); where flagged: id, resident (texts); payload (varint, bytes)
///   retry        shard (1 byte) and digest (16 bytes) of the burial, then kind (1 byte) and one of the above
///   review       PHB3 only: job id, activity id (texts), whether accepted (1 byte), reason, administrator (texts)
/// runs           varint   PHB2 and PHB3 only, then each run of numbers that the batch held, by rising numbers:
/// run …          how far it begins above the end of the one before, the first one above 0; and how far it reaches
///                from there (varints)
/// checksum       8 bytes  over all from the partner to the last entry or run
/// ```
package enum BlockFormat {
  /// The first bytes of blocks without sequence runs, of those with some, and of those with reviews.
  package static let magic = Array("PHB1".utf8)
  package static let magicWithRuns = Array("PHB2".utf8)
  package static let magicWithReviews = Array("PHB3".utf8)
  package static let stampBytes = 8
  package static let checksumBytes = 8

  enum Kind: UInt8 {
    case activity = 0
    case refused = 1
    case retry = 2
    case review = 3
  }

  struct ActivityFlags: OptionSet {
    let rawValue: UInt8

    static let reversal = Self(rawValue: 1 << 0)
    static let quantity = Self(rawValue: 1 << 1)
    static let unit = Self(rawValue: 1 << 2)
    static let startedAt = Self(rawValue: 1 << 3)
    static let region = Self(rawValue: 1 << 4)
    static let evidence = Self(rawValue: 1 << 5)
    static let claimed = Self(rawValue: 1 << 6)
    static let sequence = Self(rawValue: 1 << 7)
  }

  struct RefusedFlags: OptionSet {
    let rawValue: UInt8

    static let id = Self(rawValue: 1 << 0)
    static let resident = Self(rawValue: 1 << 1)
    static let all: Self = [.id, .resident]
  }

  /// Eight bytes a step, each step reversible: a change within one of these words is always seen, others nearly so.
  package static func checksum(_ bytes: RawSpan) -> UInt64 {
    var sum: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bytes.byteCount)
    var offset = 0
    while offset + 8 <= bytes.byteCount {
      sum = step(sum, UInt64(littleEndian: bytes.word(at: offset)))
      offset += 8
    }
    var last: UInt64 = 0
    while offset < bytes.byteCount {
      last = last << 8 | UInt64(bytes[offset])
      offset += 1
    }
    return step(sum, last)
  }

  private static func step(_ sum: UInt64, _ word: UInt64) -> UInt64 {
    let product = (sum ^ word) &* 0xff51_afd7_ed55_8ccd
    return product ^ product >> 32
  }
}

extension MeasureUnit {
  /// The unit's number in blocks. Never changes, never used again.
  var wireCode: UInt8 {
    switch self {
    case .metre: 1
    case .kilometre: 2
    case .wattHour: 3
    case .kilowattHour: 4
    case .gram: 5
    case .kilogram: 6
    case .order: 7
    case .meal: 8
    case .trip: 9
    case .step: 10
    case .day: 11
    case .item: 12
    }
  }

  init?(wireCode: UInt8) {
    for unit in MeasureUnit.allCases where unit.wireCode == wireCode {
      self = unit
      return
    }
    return nil
  }
}
