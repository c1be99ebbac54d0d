import CarbonInclusion

extension Block {
  /// Reads a block as it lies in its list, stamp included. Damaged bytes are an error, never a trap.
  package static func decode(_ bytes: RawSpan) throws(BlockError) -> Block {
    let magic = bytes.extracting(first: BlockFormat.magic.count).copied()
    let hasReviews = magic == BlockFormat.magicWithReviews
    let hasRuns = hasReviews || magic == BlockFormat.magicWithRuns
    guard hasRuns || magic == BlockFormat.magic else { throw .unknownFormat(firstBytes: magic) }
    guard bytes.byteCount <= maxBytes else { throw .tooLarge(bytes: bytes.byteCount) }
    let start = magic.count + BlockFormat.stampBytes
    let end = bytes.byteCount - BlockFormat.checksumBytes
    guard start <= end else { throw .damaged }
    let checksum = UInt64(bigEndian: bytes.word(at: end))
    guard checksum == BlockFormat.checksum(bytes.extracting(start..<end)) else { throw .damaged }
    let stamp = Int64(bitPattern: UInt64(bigEndian: bytes.word(at: magic.count)))
    do throws(ByteReader.Fault) {
      var reader = ByteReader(from: start, to: end)
      return try reader.block(
        pushedAtMilliseconds: stamp, hasRuns: hasRuns, hasReviews: hasReviews, in: bytes)
    } catch {
      throw .malformed(offset: error.offset, problem: error.problem)
    }
  }

  /// The stamp alone, in ms since 1970, of bytes that begin as a block does.
  package static func pushedAtMilliseconds(of bytes: [UInt8]) -> Int64? {
    let start = BlockFormat.magic.count
    guard bytes.count >= start + BlockFormat.stampBytes,
      [BlockFormat.magic, BlockFormat.magicWithRuns, BlockFormat.magicWithReviews].contains(where: {
        bytes.starts(with: $0)
      })
    else { return nil }
    return bytes[start..<(start + BlockFormat.stampBytes)].reduce(0) { $0 << 8 | Int64($1) }
  }

  /// The same for bytes in an array.
  package static func decode(_ bytes: [UInt8]) throws(BlockError) -> Block { try decode(bytes.span.bytes) }
}

extension ByteReader {
  fileprivate mutating func block(
    pushedAtMilliseconds: Int64, hasRuns: Bool, hasReviews: Bool, in bytes: RawSpan
  ) throws(Fault) -> Block {
    let partner = try text(in: bytes, "the partner")
    let incarnation = try fixed(Int64.self, in: bytes, "the incarnation")
    let first = try fixed(Int64.self, in: bytes, "the first position")
    let covered = try varint(in: bytes, "the covered positions")
    guard let length = Int64(exactly: covered), case (let end, let overflow) = first.addingReportingOverflow(length),
      !overflow
    else { throw fault("number too large for", "the covered positions") }
    let count = try varint(in: bytes, "the number of entries")
    guard count <= UInt64(Block.maxEntries) else { throw fault("number too large for", "the number of entries") }
    var entries: [Block.Entry] = []
    entries.reserveCapacity(Int(count))
    var lowest = first
    for _ in 0..<count {
      let entry = try entry(from: first, hasReviews: hasReviews, in: bytes)
      guard (lowest..<end).contains(entry.position) else { throw fault("a position out of order in", "an entry") }
      lowest = entry.position + 1
      entries.append(entry)
    }
    if hasReviews && !entries.contains(where: { if case .review = $0.content { true } else { false } }) {
      throw fault("no review among", "the entries")
    }
    let sequences = hasRuns ? try sequenceRuns(in: bytes) : []
    guard offset == self.end else { throw fault("more bytes than", "the entries") }
    return Block(
      pushedAtMilliseconds: pushedAtMilliseconds, partner: partner, incarnation: incarnation, positions: first..<end,
      entries: entries, sequences: sequences)
  }

  private mutating func sequenceRuns(in bytes: RawSpan) throws(Fault) -> [ClosedRange<Int64>] {
    let count = try varint(in: bytes, "the number of sequence runs")
    guard count <= UInt64(Block.maxSequenceRuns) else {
      throw fault("number too large for", "the number of sequence runs")
    }
    var runs: [ClosedRange<Int64>] = []
    runs.reserveCapacity(Int(count))
    var reached: Int64 = 0
    for _ in 0..<count {
      let low = try sequence(after: reached, in: bytes)
      guard runs.isEmpty || low > reached else { throw fault("a number out of order in", "a sequence run") }
      reached = try sequence(after: low, in: bytes)
      runs.append(low...reached)
    }
    return runs
  }

  private mutating func sequence(after number: Int64, in bytes: RawSpan) throws(Fault) -> Int64 {
    guard let distance = Int64(exactly: try varint(in: bytes, "a sequence run")),
      case (let sequence, let overflow) = number.addingReportingOverflow(distance), !overflow
    else { throw fault("number too large for", "a sequence run") }
    return sequence
  }

  private mutating func entry(
    from first: Int64, hasReviews: Bool, in bytes: RawSpan
  ) throws(Fault) -> Block.Entry {
    let distance = try varint(in: bytes, "a position")
    guard let length = Int64(exactly: distance),
      case (let position, let overflow) = first.addingReportingOverflow(length),
      !overflow
    else { throw fault("number too large for", "a position") }
    var kind = BlockFormat.Kind(rawValue: try byte(in: bytes, "a kind"))
    var burial: Block.Burial?
    if kind == .retry {
      burial = Block.Burial(shard: try byte(in: bytes, "a shard"), content: try digest(in: bytes))
      kind = BlockFormat.Kind(rawValue: try byte(in: bytes, "a kind"))
    }
    switch kind {
    case .activity: return Block.Entry(position: position, content: try activity(in: bytes), retrying: burial)
    case .refused: return Block.Entry(position: position, content: .refused(try refused(in: bytes)), retrying: burial)
    case .review where hasReviews && burial == nil:
      return Block.Entry(position: position, content: .review(try review(in: bytes)))
    case .review, .retry, nil: throw fault("unknown value of", "a kind")
    }
  }

  private mutating func digest(in bytes: RawSpan) throws(Fault) -> Digest {
    Digest(high: try fixed(UInt64.self, in: bytes, "the digest"), low: try fixed(UInt64.self, in: bytes, "the digest"))
  }

  private mutating func activity(in bytes: RawSpan) throws(Fault) -> Block.Content {
    let flags = BlockFormat.ActivityFlags(rawValue: try byte(in: bytes, "the flags"))
    let digest = try digest(in: bytes)
    let id = try text(in: bytes, "an id")
    let resident = try text(in: bytes, "a resident")
    let subject = try text(in: bytes, "a behaviour or reversed id")
    let endedAt = Instant(microseconds: try zigzag(in: bytes, "the end"))
    let report = try report(flags, of: subject, in: bytes)
    var activity = Activity(id: id, resident: resident, report: report, endedAt: endedAt)
    if flags.contains(.startedAt) {
      activity.startedAt = Instant(microseconds: try zigzag(in: bytes, "the start") &+ endedAt.microseconds)
    }
    if flags.contains(.region) {
      guard let code = Int32(exactly: try zigzag(in: bytes, "the region")) else {
        throw fault("number too large for", "the region")
      }
      activity.region = Region(code: code)
    }
    if flags.contains(.evidence) { activity.evidence = try text(in: bytes, "the evidence") }
    if flags.contains(.claimed) { activity.claimedMilligrams = try zigzag(in: bytes, "the claim") }
    if flags.contains(.sequence) { activity.sequence = try zigzag(in: bytes, "the sequence") }
    return .activity(activity, digest)
  }

  private mutating func report(
    _ flags: BlockFormat.ActivityFlags, of subject: String, in bytes: RawSpan
  ) throws(Fault) -> Activity.Report {
    guard !flags.contains(.reversal) else {
      guard flags.isDisjoint(with: [.quantity, .unit]) else { throw fault("a quantity in", "a reversal") }
      return .reversal(of: subject)
    }
    let quantity =
      flags.contains(.quantity) ? Quantity(millionths: try zigzag(in: bytes, "the quantity")) : nil
    guard flags.contains(.unit) else { return .act(behaviour: subject, quantity: quantity, unit: nil) }
    guard let unit = MeasureUnit(wireCode: try byte(in: bytes, "the unit")) else {
      throw fault("unknown value of", "the unit")
    }
    return .act(behaviour: subject, quantity: quantity, unit: unit)
  }

  private mutating func review(in bytes: RawSpan) throws(Fault) -> Block.Review {
    let job = try text(in: bytes, "a job")
    let activity = try text(in: bytes, "an id")
    let accepted = try byte(in: bytes, "a decision")
    guard accepted <= 1 else { throw fault("unknown value of", "a decision") }
    return Block.Review(
      jobID: job, activityID: activity, decision: accepted == 1 ? .accept : .refuse,
      reason: try text(in: bytes, "the reason"), administrator: try text(in: bytes, "an administrator"))
  }

  private mutating func refused(in bytes: RawSpan) throws(Fault) -> RefusedMessage {
    let flags = BlockFormat.RefusedFlags(rawValue: try byte(in: bytes, "the flags"))
    guard flags.isSubset(of: .all) else { throw fault("unknown value of", "the flags") }
    guard let reason = RefusalReason(rawValue: try text(in: bytes, "the reason")) else {
      throw fault("unknown value of", "the reason")
    }
    let detail = try text(in: bytes, "the detail")
    let id = flags.contains(.id) ? try text(in: bytes, "an id") : nil
    let resident = flags.contains(.resident) ? try text(in: bytes, "a resident") : nil
    let payload = try run(in: bytes, "the payload")
    return RefusedMessage(
      refusal: Refusal(reason, detail), id: id, resident: resident, payload: bytes.extracting(payload).copied())
  }
}
