import PostgresClient
import Testing

/// On a large ledger PostgreSQL reads the views with several processes, where not everything is allowed.
@Suite struct ParallelReadingTests {
  @Test func `every view can be read by a parallel query`() throws {
    let fleet = try FleetFixture()
    try fleet.push(["no JSON at all", #"{"id":"a","resident":"r-1"}"#], partner: "meituan-bike")
    try fleet.process(2)
    let views = try fleet.rows("SELECT viewname FROM pg_views WHERE schemaname = 'puhui'")
    #expect(views.count > 10)
    var connection = try fleet.connectPostgres()
    try connection.execute("SET force_parallel_mode = on")
    for view in views {
      #expect(throws: Never.self, "puhui.\(view)") {
        // The rows, and not their number alone: what is not asked for is not computed.
        _ = try connection.query("SELECT v::text FROM puhui.\(view) v")
      }
    }
    #expect(try connection.query("SELECT payload FROM puhui.rejections WHERE payload IS NOT NULL").count == 2)
  }
}
