/// A valid message before it is written: the same draft always gives the same bytes.
struct TrafficDraft: Sendable {
  var source: Int
  var serial: UInt64
  var sequence: UInt64
  var resident: UInt32
  var region: Int32
  /// Thousandths of the behaviour's unit.
  var quantity: UInt64
  /// Unix times in seconds.
  var startedAt: Int64?
  var endedAt: Int64
  /// The number of the bike, car or order.
  var evidence: UInt64
  /// The serial number of the message that it takes back.
  var reverses: UInt64?
  /// Whether a later message took it back, or reported the same charge: neither happens twice.
  var isUsed = false
}
