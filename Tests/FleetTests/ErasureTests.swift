import Crypto
import Foundation
import Ledger
import PostgresClient
import Testing

/// Residents who were erased, in the books: marks, refusals, and a batch that is being judged meanwhile.
@Suite struct ErasureTests {
  /// What the rewards worker does to the resident's name.
  private func erase(_ resident: String, _ fleet: FleetFixture) throws {
    var connection = try fleet.connectPostgres()
    _ = try Secrets.tombstoneKey(&connection)
    try connection.begin()
    let parameters = PostgresParameters { $0.append(resident) }
    _ = try connection.query(
      "UPDATE puhui.account SET resident = 'erased-' || gen_random_uuid() WHERE resident = $1", parameters)
    _ = try connection.query("UPDATE puhui.refusal SET resident = NULL WHERE resident = $1", parameters)
    _ = try connection.query(
      "INSERT INTO puhui.tombstone (mark, erased_at) VALUES (puhui.tombstone_mark($1), now())", parameters)
    try connection.commit()
  }

  @Test func `a tombstone's mark is the keyed hash of the standard`() throws {
    let fleet = try FleetFixture()
    var connection = try fleet.connectPostgres()
    #expect(try connection.query("SELECT puhui.tombstone_mark('r-1')").isNull(0, 0), "there is no key yet")
    let key = try Secrets.tombstoneKey(&connection)
    #expect(try Secrets.tombstoneKey(&connection) == key && key.count == 32)
    for resident in ["r-1", "", "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "居民", String(repeating: "x", count: 200)] {
      let mark = try connection.query(
        "SELECT puhui.tombstone_mark($1)", PostgresParameters { $0.append(resident) }
      ).bytes(0, 0)
      let code = HMAC<SHA256>.authenticationCode(for: Data(resident.utf8), using: SymmetricKey(data: key))
      #expect(mark == Array(code), "the mark of \"\(resident)\"")
    }
  }

  @Test func `what comes for an erased resident is refused without a name, and others are not`() throws {
    let fleet = try FleetFixture()
    try fleet.push(["r-1", "r-2"].map { MainJobTests.ride("a-\($0)", $0) }, partner: "meituan-bike")
    try fleet.process(2)
    try erase("r-1", fleet)
    try fleet.push(
      ["r-1", "r-2", "r-3"].flatMap { [MainJobTests.ride("a-\($0)", $0), MainJobTests.ride("b-\($0)", $0)] }
        + [#"{"id":"form","resident":"r-1","behaviour":"shared-bike-ride"}"#], partner: "meituan-bike")
    try fleet.process(9)
    #expect(
      try fleet.rows(
        "SELECT activity_id, outcome, reason FROM puhui.outcomes WHERE outcome <> 'credited' ORDER BY 1")
        == [
          "a-r-1|rejected|resident_erased", "b-r-1|rejected|resident_erased", "b-r-2|overlap|same-ride",
          "b-r-3|overlap|same-ride", "form|rejected|resident_erased",
        ])
    #expect(try fleet.value("SELECT count(*) FROM puhui.refusal WHERE resident IS NOT NULL") == "0")
    #expect(try fleet.value("SELECT count(*) FROM puhui.refusal_payload") == "0")
    #expect(try fleet.value("SELECT count(*) FROM puhui.account WHERE resident = 'r-1'") == "0")
    #expect(
      try fleet.rows("SELECT received, duplicate, rejected FROM puhui.partner_counts WHERE partner = 'meituan-bike'")
        == ["9|1|3"])
  }
}
