package import CarbonInclusion
import Crypto

/// What two messages with the same id must share to be the same: the first 128 bits of SHA-256 over their content.
///
/// Content is everything that an activity says but `id` and `seq` (a counter that rises with each push differs in an
/// honest resend). Numbers count by value, times by instant, text byte for byte, and absent is not the same as any
/// value. `claimed_g` counts in the milligrams that are kept.
package enum ContentDigest {
  package static func of(_ activity: Activity) -> CarbonInclusion.Digest { of(content(of: activity)) }

  /// Everything that a job says but its id: an amount that is left out is the same as its default.
  package static func of(_ operation: Job.Operation) -> CarbonInclusion.Digest { of(content(of: operation)) }

  /// Of bytes as they are: a message or a job that could not be read.
  package static func of(_ payload: [UInt8]) -> CarbonInclusion.Digest {
    var hash = SHA256()
    payload.withUnsafeBytes { hash.update(bufferPointer: $0) }
    let (high, low) = hash.finalize().withUnsafeBytes(firstWords)
    return CarbonInclusion.Digest(high: high, low: low)
  }

  /// Each field in a fixed order: 0 if absent, else 1 and its value; text with its length (four bytes), numbers in
  /// eight bytes, all big-endian. So no two contents have the same bytes. The name in front keeps later versions apart.
  static func content(of activity: Activity) -> [UInt8] {
    var writer = ContentWriter(format: "puhui-content-1")
    writer.text(activity.resident)
    switch activity.report {
    case .act(let behaviour, let quantity, let unit):
      writer.text(behaviour)
      writer.number(quantity?.millionths)
      writer.text(unit?.rawValue)
      writer.text(nil)
    case .reversal(let original):
      writer.text(nil)
      writer.number(nil)
      writer.text(nil)
      writer.text(original)
    }
    writer.number(activity.endedAt.microseconds)
    writer.number(activity.startedAt?.microseconds)
    writer.number(activity.region.map { Int64($0.code) })
    writer.text(activity.evidence)
    writer.number(activity.claimedMilligrams)
    return writer.bytes
  }
}
