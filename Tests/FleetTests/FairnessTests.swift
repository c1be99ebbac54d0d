import TestServers
import Testing

/// A partner that floods its inbox does not keep the others waiting.
@Suite struct FairnessTests {
  @Test(.timeLimit(.minutes(30)))
  func `one message of a quiet partner is booked long before another one's flood is over`() throws {
    let fleet = try FleetFixture()
    try fleet.succeed([
      "simulate", "--count", "60000", "--seed", "5", "--partners", "sanjin-walk", "--from", "2022-11-01", "--to",
      "2022-11-30", "--max-length", "1000000",
    ])
    try fleet.push(
      [#"{"id":"quiet","resident":"r","behaviour":"no-cutlery-order","ended_at":"2022-11-29T12:00:00+08:00"}"#],
      partner: "eleme")
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    try fleet.succeed(["outcome", "eleme", "quiet", "--wait", "600"])
    // By the ledger's own times: how long this test is kept from looking does not matter.
    let flood = try fleet.value(
      """
      SELECT count(*) FROM puhui.outcomes WHERE partner = 'sanjin-walk'
        AND recorded_at < (SELECT recorded_at FROM puhui.outcomes WHERE partner = 'eleme' AND activity_id = 'quiet')
      """)
    // A turn is 4,096 messages, and shards' lists hold at most what they book in seconds.
    #expect(try #require(Int(flood)) < 45_000, "the quiet partner waited for \(flood) messages of the flood")
    #expect(worker.stop() == 0, "\(worker.logText)")
  }
}
