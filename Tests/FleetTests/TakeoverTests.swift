import Foundation
import PostgresClient
import TestServers
import Testing

/// What a worker had in hand goes on without it, whether it died, stands still or was told to stop.
@Suite struct TakeoverTests {
  @Test(.timeLimit(.minutes(30)), arguments: ["ingest", "score"])
  func `the batch of a worker that was killed is taken over on the same host without waiting for its lease`(
    role: String
  ) throws {
    let fleet = try FleetFixture()
    try fleet.push((1...50).map(message), partner: "eleme")
    try die(role, at: "after-claim", fleet)
    let begin = ContinuousClock.now
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    try fleet.waitForOutcomes(50, [worker])
    let waited = ContinuousClock.now - begin
    #expect(worker.stop() == 0, "\(worker.logText)")
    // Its lease lasts 15 s; a busy machine must not make this fail, waiting for the lease must.
    #expect(waited < .seconds(12), "the batch stood still for \(waited)")
  }

  @Test(.timeLimit(.minutes(30)))
  func `a worker that is stopped inside its transaction is taken over, and is refused when it wakes up`() throws {
    let fleet = try FleetFixture()
    try fleet.push((1...50).map(message), partner: "eleme")
    let zombie = try fleet.program.start(
      ["all", "--lanes", "1"], environment: ["PUHUI_FAILPOINT": "score.after-rows:1:stop"])
    try zombie.waitUntilStopped()
    let begin = ContinuousClock.now
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    try fleet.waitForOutcomes(50, [worker])
    let waited = ContinuousClock.now - begin
    zombie.wake()
    // Its own try comes to nothing, and it goes on as one of the fleet.
    try fleet.push((51...60).map(message), partner: "eleme")
    try fleet.waitForOutcomes(60, [worker, zombie])
    try fleet.waitUntilDrained([worker, zombie])
    #expect(worker.stop() == 0, "\(worker.logText)")
    #expect(zombie.stop() == 0, "\(zombie.logText)")
    #expect(waited < .seconds(60), "the batch stood still for \(waited)")
    let counts = try fleet.rows("SELECT received, credited FROM puhui.partner_counts WHERE partner = 'eleme'")
    #expect(counts == ["60|60"], "\(zombie.logText)")
  }

  @Test(.timeLimit(.minutes(30)))
  func `a database that stands still does not keep a worker from stopping cleanly, and nothing is lost`() throws {
    let fleet = try FleetFixture()
    try fleet.push((1...50).map(message), partner: "eleme")
    // Somebody holds the ledger, and the server stops in the middle of waiting for it.
    var holder = try fleet.connectPostgres()
    try holder.begin()
    try holder.execute("LOCK TABLE puhui.entry IN ACCESS EXCLUSIVE MODE")
    let worker = try fleet.program.start(["all", "--lanes", "1"])
    let backend = try waitingBackend(fleet)
    kill(backend, SIGSTOP)
    defer { kill(backend, SIGCONT) }
    let begin = ContinuousClock.now
    #expect(worker.stop() == 0, "after \(ContinuousClock.now - begin): \(worker.logText)")
    kill(backend, SIGCONT)
    holder.rollback()
    try fleet.process(50)
  }

  /// Starts a worker that dies at a point with messages in its hands.
  private func die(_ role: String, at point: String, _ fleet: FleetFixture) throws {
    let worker = try fleet.program.start(
      ["all", "--lanes", "1"], environment: ["PUHUI_FAILPOINT": "\(role).\(point):1:kill"])
    worker.waitForEnd()
  }

  private func waitingBackend(_ fleet: FleetFixture) throws -> Int32 {
    let deadline = ContinuousClock.now + .seconds(300)
    while ContinuousClock.now < deadline {
      let pids = try fleet.rows(
        """
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'puhui' AND wait_event_type = 'Lock'
        """)
      if let pid = pids.first.flatMap({ Int32($0) }) { return pid }
      usleep(2_000)
    }
    throw TestFailure("no worker waits for the lock")
  }

  private func message(_ number: Int) -> String {
    #"{"id":"t-\#(number)","resident":"r-\#(number)","behaviour":"no-cutlery-order","#
      + #""ended_at":"2022-11-15T12:00:00+08:00"}"#
  }
}
