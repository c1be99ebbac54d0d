import Ledger

/// What each check in Redis means.
extension QueueAudit {
  static let inboxPositions = AuditTopic(
    "inbox-positions", "I1", holds: "inboxes and ledger agree on how far each inbox has come",
    meaning: "Booked, but never pushed as far as Redis knows: Redis went back in time (a lost end of its AOF, an old "
      + "backup, a standby that lagged), and messages that it had taken may be lost. Left the inbox, but not booked: "
      + "the ledger went back in time, or blocks were removed by hand.",
    advice: "Have the partner push everything of the time concerned again: what was booked ends as duplicate.")

  static let strangers = AuditTopic(
    "stranger-lists", "I1", holds: "every inbox and job list belongs to somebody in the catalogue",
    meaning: "Messages wait in a list that nobody reads: most likely a partner's typing error.",
    advice: "Add the partner to the catalogue, or RENAME the list to the right one if that does not exist; else LMOVE "
      + "its elements one by one, LEFT of the one to RIGHT of the other.")

  static let leases = AuditTopic(
    "leases", "I1", holds: "no list waits for an owner that has gone",
    meaning: "An owner died with messages in hand and nobody took over, or the server's clock was put back.",
    advice: "Start workers (`puhui all`): they take over by themselves. If some are running look at their logs, and "
      + "whether they reach both servers.")

  static let drained = AuditTopic(
    "drained-lists", "I8", holds: "after a drain no list has messages, and Redis holds nothing but bounded bookkeeping",
    meaning: "Messages are not finished, or something else uses the fleet's prefix.",
    advice: "Let the workers finish (`puhui status`), and run the audit again; keys of another's making belong "
      + "under another prefix.")
}
