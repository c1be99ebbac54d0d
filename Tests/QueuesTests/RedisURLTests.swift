import RedisClient
import Testing

@Suite struct `a Redis URL` {
  @Test(arguments: [
    ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
    ("redis://cache", "redis://cache:6379/0"),
    ("redis://cache/", "redis://cache:6379/0"),
    ("redis://cache:7000/15", "redis://cache:7000/15"),
    ("redis://:secret@cache", "redis://:***@cache:6379/0"),
    ("redis://ingest:p%40ss%2Fw%3Ard@cache:1/2", "redis://ingest:***@cache:1/2"),
    ("redis://[::1]:7000/1", "redis://[::1]:7000/1"),
    ("redis://[fe80::1%eth0]", "redis://[fe80::1%eth0]:6379/0"),
    ("unix:///run/redis.sock", "unix:///run/redis.sock"),
    ("unix:///run/redis.sock?db=4", "unix:///run/redis.sock?db=4"),
    ("unix:///run/a%20b.sock?db=0", "unix:///run/a b.sock"),
    ("unix://ingest:secret@/run/redis.sock", "unix://ingest:***@/run/redis.sock"),
  ])
  func `it is read and shown without the password`(text: String, shown: String) throws {
    let url = try RedisURL(text)
    #expect(url.description == shown)
    var dumped = ""
    dump(url, to: &dumped)
    #expect(!dumped.contains("secret"))
    #expect(!"\(Optional(url) as Any) \(String(reflecting: [url]))".contains("secret"))
  }

  @Test func `it has its parts`() throws {
    let url = try RedisURL("redis://ingest:p%40ss%2Fw%3Ard@cache:1/2")
    #expect(url.endpoint == .tcp(host: "cache", port: 1))
    #expect((url.user, url.password, url.database) == ("ingest", "p@ss/w:rd", 2))
    let local = try RedisURL("unix:///run/redis.sock?db=4")
    #expect(local.endpoint == .unix(path: "/run/redis.sock"))
    #expect((local.user, local.password, local.database) == (nil, nil, 4))
  }

  @Test(arguments: [
    ("", RedisURLError.noScheme),
    ("cache:6379", .noScheme),
    ("http://cache", .unknownScheme),
    ("REDIS://cache", .unknownScheme),
    ("rediss://cache", .tlsUnsupported),
    ("redis://", .noHost),
    ("redis://:6379", .noHost),
    ("redis://user@cache", .userWithoutPassword),
    ("redis://user:@cache", .emptyPassword),
    ("redis://user:%zz@cache", .badPercentEncoding),
    ("redis://user:%0@cache", .badPercentEncoding),
    ("redis://user:%ff@cache", .badPercentEncoding),
    ("redis://user:%00@cache", .badPercentEncoding),
    ("redis://ca che", .badHost),
    ("redis://::1", .badHost),
    ("redis://[::1", .badHost),
    ("redis://[cache]", .badHost),
    ("redis://[::1]x", .badHost),
    ("redis://cache:", .badPort),
    ("redis://cache:0", .badPort),
    ("redis://cache:65536", .badPort),
    ("redis://cache:+1", .badPort),
    ("redis://cache:secret", .badPort),
    ("redis://user:sec/ret@cache", .badPort),
    ("redis://cache/x", .badDatabase),
    ("redis://cache/-1", .badDatabase),
    ("redis://cache/0/1", .badDatabase),
    ("redis://cache/99999999999999999999", .badDatabase),
    ("redis://cache/0?timeout=1", .badQuery),
    ("redis://cache#0", .badQuery),
    ("unix://run/redis.sock", .hostInUnixURL),
    ("unix://", .noPath),
    ("unix:///", .noPath),
    ("unix:///run/redis.sock?database=1", .badQuery),
    ("unix:///run/redis.sock?db=", .badDatabase),
    ("unix:///run/redis.sock?db=1&x=2", .badDatabase),
    ("unix:///" + String(repeating: "x", count: 107), .pathTooLong),
  ])
  func `what is wrong with it is named, and nothing of it is shown`(text: String, error: RedisURLError) {
    #expect(throws: error) { try RedisURL(text) }
    #expect(!error.description.contains("secret"))
  }
}
