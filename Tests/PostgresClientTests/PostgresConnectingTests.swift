import Foundation
import PostgresClient
import TestServers
import Testing

struct PostgresConnectingTests {
  private func refusal(_ url: String, seconds: Int = 20) -> PostgresError? {
    postgresError { _ = try PostgresConnection(url: url, applicationName: "t", connectTimeoutSeconds: seconds) }
  }

  @Test(arguments: [
    "", "puhui", "dbname=puhui", "http://localhost/puhui", "redis://localhost", "postgresql://%zz/x",
    "postgresql:///puhui?nosuch=1", "postgresql://[::1/x", "postgresql:///a\0b",
  ])
  func `a bad URL is refused before anything is sent`(url: String) {
    let error = refusal(url)
    #expect(error?.kind == .usage, "\(String(describing: error))")
    #expect(error?.isConfiguration == true)
  }

  @Test(arguments: ["postgresql://me:hunter2%zz@localhost/x", "postgresql:///x?password=hunter2&hunter2=3"])
  func `the password of a bad URL is not repeated`(url: String) {
    let error = refusal(url)
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("hunter2") == false)
    #expect(error?.message.contains("hunter2") == false)
  }

  @Test func `an unknown database and an unknown user have their SQLSTATE`() {
    let database = refusal(PostgresServer.shared.url(database: "nowhere"))
    #expect(database?.kind == .connection)
    #expect(database?.sqlState == "3D000")
    #expect(database?.message == "connecting failed: database \"nowhere\" does not exist")
    #expect(database?.isConfiguration == true && database?.isTransient == false)
    let url = PostgresServer.shared.url(database: "postgres").replacing("user=puhui", with: "user=nobody-here")
    #expect(refusal(url)?.sqlState == "28000")
  }

  @Test func `a server that is not there is a refusal at once`() {
    let error = refusal("postgresql:///x?host=/nonexistent")
    #expect(error?.kind == .connection)
    #expect(error?.isTransient == true)
    #expect(refusal("postgresql://127.0.0.1:1/x")?.kind == .connection)
  }

  @Test func `a server that takes connections and says nothing is given up in time`() throws {
    // The kernel completes connections to a listening socket, whether or not anybody ever accepts them.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 5) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    try #require(bound, "no socket to listen on")
    let start = ContinuousClock.now
    let error = refusal("postgresql://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/x", seconds: 1)
    #expect(error?.kind == .timeout)
    #expect(ContinuousClock.now - start < .seconds(15), "it waited far longer than 1 s")
  }

  @Test func `of several hosts the first that answers is taken`() throws {
    let url = TestDatabase.url.replacing("host=", with: "host=/nonexistent,")
    var connection = try TestDatabase.connect(to: url)
    #expect(try connection.number("SELECT 1") == 1)
  }

  @Test func `timeouts of nothing are refused`() {
    #expect(refusal(TestDatabase.url, seconds: 0)?.kind == .usage)
    #expect(
      postgresError { _ = try TestDatabase.connect(statementTimeoutMs: 0) }?.kind == .usage)
  }
}
