package import CarbonInclusion

/// What one element of a partner's list turned out to be.
package enum DecodedMessage: Sendable, Equatable {
  case activity(Activity)
  /// Refused by its form. `id` and `resident` are there where the message is a whole JSON object in which that field
  /// stands once and is valid; of text that is no JSON, nothing is believed. The reading of `resident` chooses the
  /// shard and never changes.
  case refused(Refusal, id: String?, resident: String?)
}
