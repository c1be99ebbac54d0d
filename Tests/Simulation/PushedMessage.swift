import CarbonInclusion
import Messages

/// A message that a partner pushed, and what is known of it before anybody has judged it.
struct PushedMessage: Sendable {
  let partner: Int
  let bytes: [UInt8]
  let activity: Activity?
  /// Of an activity its content, of anything else its bytes.
  let content: Digest
  /// As it stands in the ledger where it was buried unread.
  let payloadDigest: Digest
  /// The id, where one can be read.
  let id: String?
  /// Taken away by hand, or with the memory of Redis.
  var isLost = false

  init(partner: Int, bytes: [UInt8]) {
    self.partner = partner
    self.bytes = bytes
    self.payloadDigest = ContentDigest.of(bytes)
    switch ActivityDecoder.decode(bytes) {
    case .activity(let activity):
      self.activity = activity
      self.content = ContentDigest.of(activity)
      self.id = activity.id
    case .refused(_, let id, _):
      self.activity = nil
      self.content = payloadDigest
      self.id = id
    }
  }

  var key: ActivityKey? { activity.map { ActivityKey(partnerNumber: Int16(partner + 1), id: $0.id) } }
}
