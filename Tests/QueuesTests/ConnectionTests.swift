import Glibc
import Queues
import RedisClient
import TestServers
import Testing

@Suite struct `a connection` {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private var key: RedisArgument { .string(fixture.keys.directory) }

  @Test func `any bytes come back as they went`() throws {
    var redis = try fixture.connect()
    let bytes = (0...255).map { UInt8($0) } + [UInt8](repeating: 13, count: 100_000)
    _ = try redis.command(["SET", key, .bytes(bytes)])
    #expect(try redis.command(["GET", key]).bytes == bytes)
    _ = try redis.command(["SET", key, ""])
    #expect(try redis.command(["GET", key]).bytes == [])
    #expect(try redis.command(["GET", .string("none of \(fixture.inbox)")]).bytes == nil)
  }

  @Test func `nested replies become values`() throws {
    var redis = try fixture.connect()
    let script = "return {1, {'a', redis.status_reply('OK'), {}}, false, redis.error_reply('CODE text')}"
    let value = try redis.command(["EVAL", .string(script), 0]).value
    let nested: RedisValue = .array([.bytes([97]), .status("OK"), .array([])])
    #expect(value == .array([.integer(1), nested, .null, .error(code: "CODE", message: "text")]))
  }

  @Test func `a refusal has a code, leaves the connection whole and the pipeline in step`() throws {
    var redis = try fixture.connect()
    #expect(throws: RedisError.self) {
      try redis.pipeline { redis throws(RedisError) in
        try redis.append(["LPUSH", self.key, "x"])
        try redis.append(["GET", self.key])
        try redis.append(["ECHO", "left unread"])
        _ = try redis.reply()
        _ = try redis.reply()
      }
    }
    #expect(try redis.command(["ECHO", "in step"]).string == "in step")
    do {
      _ = try redis.command(["GET", key])
      Issue.record("GET of a list was not refused")
    } catch {
      guard case .server("WRONGTYPE", _) = error else { throw error }
    }
    let broken = redis.isBroken
    #expect(!broken)
  }

  @Test func `a reply of another kind is a violation of the protocol, not a number`() throws {
    var redis = try fixture.connect()
    let reply = try redis.command(["PING"])
    #expect(throws: RedisError.self) { try reply.integer() }
    #expect(throws: RedisError.self) { try reply.integer(at: 0) }
  }

  @Test func `a timeout breaks the connection for good, so that no late reply is taken for another`() throws {
    let fixture = try Fixture(RedisServer())
    defer { fixture.server.stop() }
    var redis = try fixture.connect(commandTimeoutMs: 50)
    var other = try fixture.connect()
    _ = try other.command(["CLIENT", "PAUSE", 60_000, "ALL"])
    do {
      _ = try redis.command(["ECHO", "late"])
      Issue.record("a paused server answered")
    } catch {
      #expect(error.description.contains("no reply within 50 ms"), "\(error)")
      guard case .unavailable = error else { throw error }
    }
    let broken = redis.isBroken
    #expect(broken)
    for _ in 0..<2 {
      do {
        _ = try redis.command(["ECHO", "next"])
        Issue.record("a broken connection answered")
      } catch {
        guard case .broken = error else { throw error }
      }
    }
  }

  @Test func `a server that goes away is unavailable, and its pipe does not end the process`() throws {
    let fixture = try Fixture(RedisServer())
    var redis = try fixture.connect()
    let server = try RedisURL(fixture.server.url)
    fixture.server.stop()
    for attempt in 0..<2 {
      do {
        _ = try redis.command(["PING"])
        Issue.record("a stopped server answered")
      } catch {
        switch error {
        case .unavailable where attempt == 0, .broken where attempt == 1: break
        default: throw error
        }
      }
    }
    do {
      _ = try RedisConnection.open(server)
      Issue.record("a stopped server was connected to")
    } catch {
      guard case .unavailable(let message) = error else { throw error }
      #expect(message.contains(server.description))
    }
  }

  @Test func `it speaks TCP too`() throws {
    let port = try freePort()
    let server = try RedisServer(options: ["--port", "\(port)", "--bind", "127.0.0.1"])
    defer { server.stop() }
    var redis = try RedisConnection.open(RedisURL("redis://127.0.0.1:\(port)/1"))
    #expect(try redis.command(["CLIENT", "INFO"]).string?.contains(" db=1 ") == true)
    let refused = try RedisURL("redis://127.0.0.1:\(try freePort())")
    #expect(throws: RedisError.unavailable("cannot connect to \(refused): Connection refused")) {
      _ = try RedisConnection.open(refused)
    }
  }

  /// A port that nobody listens on at the moment.
  private func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
      }
    }
    try #require(status == 0, "no free port")
    return Int(UInt16(bigEndian: address.sin_port))
  }

  @Test func `it selects its database and says its name`() throws {
    let url = try RedisURL("\(fixture.server.url)?db=3")
    var redis = try RedisConnection.open(url, name: "puhui-lane-1")
    let info = try #require(try redis.command(["CLIENT", "INFO"]).string)
    #expect(info.contains("name=puhui-lane-1") && info.contains(" db=3 "), "\(info)")
    #expect(throws: RedisError.self) { _ = try RedisConnection.open(RedisURL("\(fixture.server.url)?db=99")) }
  }

  @Test func `a wrong password is refused with its code and not shown`() throws {
    let url = try RedisURL("unix://nobody:hunter2@\(fixture.server.socketPath)")
    do {
      _ = try RedisConnection.open(url)
      Issue.record("a wrong password was accepted")
    } catch {
      guard case .server("WRONGPASS", _) = error else { throw error }
      #expect(!error.description.contains("hunter2"))
    }
  }

  @Test func `connections end with their owner`() throws {
    let fixture = try Fixture(RedisServer())
    defer { fixture.server.stop() }
    var redis = try fixture.connect()
    for _ in 0..<50 {
      #expect(throws: RedisError.self) { _ = try RedisConnection.open(RedisURL("\(fixture.server.url)?db=99")) }
      _ = try fixture.connect()
    }
    let deadline = ContinuousClock.now + .seconds(5)
    var clients = 0
    repeat {
      clients = try redis.command(["CLIENT", "LIST"]).string?.split(separator: "\n").count ?? 0
    } while clients != 1 && ContinuousClock.now < deadline
    #expect(clients == 1, "connections were left open")
  }

  @Test func `the identity of the server is another one after a restart`() throws {
    let fixture = try Fixture(RedisServer())
    defer { fixture.server.stop() }
    var before = try fixture.connect()
    let first = try before.serverRunId()
    _ = try before.command(["SET", key, "kept"])
    try fixture.server.restart()
    var after = try fixture.connect()
    #expect(try after.serverRunId() != first)
    #expect(try after.command(["GET", key]).string == "kept")
  }
}
