internal import CarbonInclusion
internal import PostgresClient

extension BookReading {
  /// Locks the reviews in the order of their jobs. Their residents are known by number: the order names none.
  static func reviewQuestion(_ jobs: [String], shard: Int16) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(shard)
    parameters.append(array: jobs)
    return (
      """
      SELECT q.place, r.outcome IS NULL, a.resident, a.resident_no, a.actions, a.reduction_mg, a.nanopoints, a.title,
        a.latest_at
      FROM (SELECT $1 AS shard, u.* FROM unnest($2::text[]) WITH ORDINALITY u(job_id, place) OFFSET 0) q
      JOIN puhui.review r ON r.job_id = q.job_id AND r.shard = q.shard
      JOIN puhui.account a ON a.shard = r.shard AND a.resident_no = r.resident_no
      ORDER BY r.job_id
      FOR UPDATE OF r
      """, parameters
    )
  }

  static func readReviews(_ rows: borrowing PostgresRows, _ jobs: [String], into answers: inout LedgerAnswers) {
    for row in 0..<rows.count {
      let resident = rows.string(row, 2)
      answers.reviews[jobs[Int(rows.int64(row, 0)) - 1]] = .init(isOpen: rows.bool(row, 1), resident: resident)
      answers.accounts[resident] = account(row, of: rows, from: 3)
    }
  }
}
