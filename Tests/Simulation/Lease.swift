/// The hash beside a leased list.
struct Lease: Sendable, Equatable {
  enum Tail: Sendable, Equatable {
    /// The list was trimmed empty.
    case none
    /// Somebody else emptied it.
    case gone
    case digest(UInt64)
  }

  enum Hand: Sendable, Equatable {
    case messages(Int)
    case alone
  }

  var owner: String?
  /// Nobody may claim the list.
  var isPaused = false
  var expiresMs: Int64 = 0
  var lengthMs: Int64 = 0
  var epoch: Int64 = 0
  var incarnation: Int64 = 0
  var position: Int64 = 0
  var tail: Tail = .none
  var attempts = 0
  var working: Hand = .messages(0)
  var server = 0
  var alone = 0
  var suspectEnd: Int64 = 0
}
