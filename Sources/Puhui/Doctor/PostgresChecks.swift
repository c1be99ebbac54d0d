import Ledger

/// What the doctor knows of the PostgreSQL server.
struct PostgresEvidence {
  var facts: PostgresFacts
  var durability: DurabilitySettings
  var clock: ClockReading
  /// What the catalogue allows partners' clocks to be ahead, in seconds.
  var clockTolerance: Int64
}

/// What is looked at on the PostgreSQL server, beside durability.
enum PostgresChecks {
  static let all: [Check<PostgresEvidence>] =
    [Check("postgres.version", version), Check("postgres.role", role)]
    + PostgresDurability.checks.map { $0.of(\.durability) } + [
      Check("postgres.standbys", standbys), Check("postgres.connections", connections),
      Check("postgres.disk", disk), Check("postgres.archiving", archiving),
      Check("postgres.transactions", transactions),
      Check("postgres.wraparound", wraparound), Check("postgres.clock", clock),
    ]

  private static func version(_ evidence: PostgresEvidence) -> Finding? {
    guard evidence.facts.versionNumber >= 150_000 else {
      return .problem("PostgreSQL \(evidence.facts.version)", "use PostgreSQL 15 or newer")
    }
    return .ok("PostgreSQL \(evidence.facts.version)")
  }

  private static func role(_ evidence: PostgresEvidence) -> Finding? {
    if evidence.facts.isStandby {
      return .problem(
        "this is a standby: nothing can be written here",
        "point PUHUI_POSTGRES_URL at the primary; several hosts and target_session_attrs=read-write find it alone"
      )
    }
    if evidence.facts.isReadOnly {
      let remedy = evidence.durability.remedy("default_transaction_read_only", to: "off")
      return .problem("transactions are read-only", "run `\(remedy)`, and see who has set it: mostly a full disk")
    }
    return .ok("primary")
  }

  private static func standbys(_ evidence: PostgresEvidence) -> Finding? {
    let facts = evidence.facts
    if facts.commitsWaiting > 0 {
      return .problem(
        "\(facts.commitsWaiting) commits have waited for a synchronous standby for more than 5 s",
        "bring the standby back, or take it out: `ALTER SYSTEM SET synchronous_standby_names = …`; do not cancel the"
          + " commits")
    }
    if !facts.synchronousStandbyNames.isEmpty {
      guard let count = facts.synchronousStandbys else {
        return .ok("synchronous_standby_names is set; this role may not see their states (GRANT pg_monitor)")
      }
      guard count > 0 else {
        return .problem(
          "synchronous_standby_names is \(facts.synchronousStandbyNames), and none of them is connected: commits wait",
          "bring a standby back, or take it out of synchronous_standby_names")
      }
      return .ok("\(count) synchronous standbys")
    }
    guard facts.standbys > 0 else { return .ok("no standby") }
    return .warning(
      "\(facts.standbys) standbys, all asynchronous: one that is promoted may lack the last commits",
      "set synchronous_standby_names, or let partners push the last day again after a promotion")
  }

  private static func connections(_ evidence: PostgresEvidence) -> Finding? {
    let facts = evidence.facts
    let limit = Int64(facts.maxConnections - facts.reservedConnections)
    let found =
      "\(facts.connections) of \(limit) connections (each scoring lane takes 1, each worker process up to 4 more)"
    if facts.connections >= limit - 2 {
      return .problem(found, "raise max_connections, or start fewer lanes: `puhui status` lists the workers")
    }
    guard facts.connections * 5 < limit * 4 else {
      return .warning(found, "raise max_connections, or start fewer lanes")
    }
    return .ok(found)
  }

  private static func disk(_ evidence: PostgresEvidence) -> Finding? {
    let size = "the database has \(Amounts.bytes(evidence.facts.databaseBytes))"
    let kept = evidence.facts.idleSlotBytes
    guard kept > 1 << 30 else { return .ok(size + " (free space cannot be seen by SQL: watch it on the host)") }
    return .warning(
      "\(size); a replication slot that nobody reads keeps \(Amounts.bytes(kept)) of WAL",
      "see pg_replication_slots; drop it with pg_drop_replication_slot(), or let its standby catch up")
  }

  private static func archiving(_ evidence: PostgresEvidence) -> Finding? {
    guard evidence.facts.isArchivingFailing else { return nil }
    return .warning(
      "archiving of WAL fails: backups are not complete, and WAL fills the disk",
      "see last_failed_wal in pg_stat_archiver, and PostgreSQL's log")
  }

  private static func transactions(_ evidence: PostgresEvidence) -> Finding? {
    let facts = evidence.facts
    if facts.preparedTransactions > 0 {
      return .warning(
        "\(facts.preparedTransactions) prepared transactions hold their locks",
        "see pg_prepared_xacts; COMMIT PREPARED or ROLLBACK PREPARED those that nobody ends")
    }
    let found =
      "the oldest open transaction is of \(facts.oldestTransactionSeconds) s"
      + (facts.oldestTransactionProgram.isEmpty ? "" : " (\(facts.oldestTransactionProgram))")
    guard facts.oldestTransactionSeconds > 600 else {
      return .ok(facts.oldestTransactionSeconds == 0 ? "no other open transaction" : found)
    }
    return .warning(
      found + ": vacuum cannot clean up behind it", "end it: see pg_stat_activity, pg_terminate_backend()")
  }

  private static func wraparound(_ evidence: PostgresEvidence) -> Finding? {
    let age = evidence.facts.oldestTransactionAge
    let found = "the oldest database is \(Amounts.count(age)) transactions old"
    switch age {
    case 1_500_000_000...:
      return .problem(found + " of 2,147,000,000", "VACUUM every database, and see why autovacuum does not")
    case 500_000_000...: return .warning(found, "see why autovacuum does not freeze")
    default: return nil
    }
  }

  private static func clock(_ evidence: PostgresEvidence) -> Finding? {
    evidence.clock.finding(of: "PostgreSQL", tolerance: evidence.clockTolerance)
  }
}
