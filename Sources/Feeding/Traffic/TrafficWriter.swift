/// Writes drafts as messages, each partner in its own way: numbers or strings, large units or small ones, local time or
/// UTC.
struct TrafficWriter: Sendable {
  private let sources: [TrafficMix.Source]
  /// For each partner, `"` and what its ids begin with.
  private let idStarts: [[UInt8]]
  private let behaviours: [[UInt8]]
  private let utcOffsetSeconds: Int64

  /// - Parameter run: tells the ids of runs with different seeds apart.
  init(sources: [TrafficMix.Source], partners: [TrafficPartner], run: UInt32, utcOffsetSeconds: Int) {
    precondition(utcOffsetSeconds % 60 == 0, "an offset that RFC 3339 cannot write")
    self.sources = sources
    let digits = String(run, radix: 16)
    let runDigits = String(repeating: "0", count: 8 - digits.count) + digits
    idStarts = partners.map { [UInt8(ascii: "\"")] + $0.initials + Array("-\(runDigits)-".utf8) }
    behaviours = sources.map { Array(",\"behaviour\":\"\($0.behaviour.rawValue)\"".utf8) }
    self.utcOffsetSeconds = Int64(utcOffsetSeconds)
  }

  /// The message, wrong in the given way if there is one.
  func message(_ draft: TrafficDraft, defect: TrafficDefect? = nil) -> [UInt8] {
    let source = sources[draft.source]
    var bytes: [UInt8] = []
    bytes.reserveCapacity(352)
    bytes.append(contentsOf: "{\"id\":".utf8)
    appendId(draft.serial, source.partner, to: &bytes)
    if defect != .noResident { appendResident(draft.resident, to: &bytes) }
    if let reverses = draft.reverses {
      bytes.append(contentsOf: ",\"reverses\":".utf8)
      appendId(reverses, source.partner, to: &bytes)
    } else {
      if defect == .unknownBehaviour {
        bytes.append(contentsOf: ",\"behaviour\":\"moon-walk\"".utf8)
      } else {
        bytes.append(contentsOf: behaviours[draft.source])
      }
      appendQuantity(draft, source, defect, to: &bytes)
    }
    appendTimes(draft, source, defect, to: &bytes)
    appendRest(draft, source, defect, to: &bytes)
    guard let defect else { return bytes }
    return broken(bytes, by: defect)
  }

  private func appendId(_ serial: UInt64, _ partner: Int, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: idStarts[partner])
    bytes.appendDecimal(serial, width: 9)
    bytes.append(UInt8(ascii: "\""))
  }

  private func appendResident(_ resident: UInt32, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: ",\"resident\":\"".utf8)
    Population.appendId(of: resident, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  private func appendQuantity(
    _ draft: TrafficDraft, _ source: TrafficMix.Source, _ defect: TrafficDefect?, to bytes: inout [UInt8]
  ) {
    let isLeftOut = source.behaviour.isPerEvent && draft.quantity == 1_000 && draft.serial % 2 == 0
    guard !isLeftOut || defect != nil else { return }
    let (usual, thousandth) = source.behaviour.units
    let small = source.partner % 2 == 1 ? thousandth : nil
    let isString = source.partner % 3 == 2
    bytes.append(contentsOf: ",\"quantity\":".utf8)
    if isString { bytes.append(UInt8(ascii: "\"")) }
    switch defect {
    case .zeroQuantity: bytes.append(UInt8(ascii: "0"))
    case .hugeQuantity: bytes.append(contentsOf: "1234567890123".utf8)
    default:
      if small != nil { bytes.appendDecimal(draft.quantity) } else { bytes.appendThousandths(draft.quantity) }
    }
    if isString { bytes.append(UInt8(ascii: "\"")) }
    bytes.append(contentsOf: ",\"unit\":\"".utf8)
    bytes.append(contentsOf: (defect == .unknownUnit ? "furlong" : small ?? usual).utf8)
    bytes.append(UInt8(ascii: "\""))
  }

  private func appendTimes(
    _ draft: TrafficDraft, _ source: TrafficMix.Source, _ defect: TrafficDefect?, to bytes: inout [UInt8]
  ) {
    let offset = source.partner % 4 == 3 ? 0 : utcOffsetSeconds
    if let startedAt = draft.startedAt {
      bytes.append(contentsOf: ",\"started_at\":\"".utf8)
      bytes.appendTimestamp(startedAt, utcOffsetSeconds: offset)
      bytes.append(UInt8(ascii: "\""))
    }
    guard defect != .noEnd else { return }
    bytes.append(contentsOf: ",\"ended_at\":\"".utf8)
    switch defect {
    // Far enough to be the future whenever the simulation is run.
    case .future: bytes.append(contentsOf: "2099-01-01T00:00:00+08:00".utf8)
    case .noOffset: bytes.append(contentsOf: "2022-11-29 08:23:00".utf8)
    default: bytes.appendTimestamp(draft.endedAt, utcOffsetSeconds: offset)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private func appendRest(
    _ draft: TrafficDraft, _ source: TrafficMix.Source, _ defect: TrafficDefect?, to bytes: inout [UInt8]
  ) {
    bytes.append(contentsOf: ",\"region\":\"".utf8)
    bytes.appendDecimal(UInt64(draft.region))
    bytes.append(UInt8(ascii: "\""))
    if draft.reverses == nil { appendWhatItWas(draft, source, to: &bytes) }
    // A message that cannot be read would look like a gap.
    if defect == nil {
      bytes.append(contentsOf: ",\"seq\":".utf8)
      bytes.appendDecimal(draft.sequence)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private func appendWhatItWas(_ draft: TrafficDraft, _ source: TrafficMix.Source, to bytes: inout [UInt8]) {
    if let kind = source.behaviour.evidenceKind {
      bytes.append(contentsOf: ",\"evidence\":\"".utf8)
      bytes.append(contentsOf: kind.utf8)
      bytes.appendDecimal(draft.evidence)
      bytes.append(UInt8(ascii: "\""))
    }
    if let micrograms = source.behaviour.claimedMicrograms {
      bytes.append(contentsOf: ",\"claimed_g\":\"".utf8)
      bytes.appendThousandths(draft.quantity * micrograms / 1000)
      bytes.append(UInt8(ascii: "\""))
    }
  }

  private func broken(_ bytes: [UInt8], by defect: TrafficDefect) -> [UInt8] {
    switch defect {
    case .brokenOff: Array(bytes[..<(bytes.count * 2 / 3)])
    case .invalidUTF8: bytes.dropLast() + Array(",\"note\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
    case .repeatedField: bytes.dropLast() + Array(",\"region\":\"140100\"}".utf8)
    case .noObject: [UInt8(ascii: "[")] + bytes + [UInt8(ascii: "]")]
    default: bytes
    }
  }
}

extension TrafficBehaviour {
  /// What the evidence begins with, for what can be recognised again.
  fileprivate var evidenceKind: String? {
    switch self {
    case .sharedBikeRide: "bike:"
    case .evCharging, .nevDriving: "vin:"
    case .noCutleryOrder: "order:"
    default: nil
    }
  }
}
