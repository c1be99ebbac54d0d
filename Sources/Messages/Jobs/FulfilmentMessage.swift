package import CarbonInclusion

/// What an incentive partner is asked to deliver, as an element of `puhui:fulfil:<partner>`.
package enum FulfilmentMessage {
  /// One line of JSON; the deadline in UTC.
  package static func encoded(
    redemption: String, resident: String, reward: String, quantity: Int64, deadline: Instant
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("redemption", redemption)
      writer.field("resident", resident)
      writer.field("reward", reward)
      writer.field("quantity", quantity)
      writer.field("deadline", deadline.formatted(utcOffsetSeconds: 0))
    }
    return writer.bytes
  }
}
