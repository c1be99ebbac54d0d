internal import CarbonInclusion
internal import PostgresClient

extension BookReading {
  /// Locks the reviews in the order of their jobs. Their residents are known by number: the order names none.
  static func reviewQuestion(_ jobs: Gathered<String>) -> (sql: String, parameters: PostgresParameters) {
    var parameters = PostgresParameters()
    parameters.append(array: jobs.shards)
    parameters.append(array: jobs.elements)
    return (
      """
      SELECT q.place, r.outcome IS NULL, a.resident
      FROM (SELECT u.* FROM unnest($1::smallint[], $2::text[]) WITH ORDINALITY u(shard, job_id, place) OFFSET 0) q
      JOIN puhui.review r ON r.job_id = q.job_id AND r.shard = q.shard
      JOIN puhui.account a ON a.shard = r.shard AND a.resident_no = r.resident_no
      ORDER BY r.job_id
      FOR UPDATE OF r
      """, parameters
    )
  }

  static func readReviews(
    _ rows: borrowing PostgresRows, _ jobs: Gathered<String>, into answers: inout [LedgerAnswers]
  ) {
    for row in 0..<rows.count {
      let (part, job) = jobs[place: rows.int64(row, 0)]
      answers[part].reviews[job] = .init(isOpen: rows.bool(row, 1), resident: rows.string(row, 2))
    }
  }
}
