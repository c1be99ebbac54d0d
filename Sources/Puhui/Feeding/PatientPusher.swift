import Lanes
import Queues
import RedisClient

/// Why not all messages of a push are in the list.
struct PushFailure: Error {
  enum Reason {
    /// The list was too long, or the server full, for longer than we are patient.
    case noRoom(String)
    /// The user wanted to end.
    case interrupted
    /// The server refused for another reason.
    case refused(RedisError)
    /// The connection is gone.
    case lost(RedisError)
  }

  let reason: Reason
  /// How many of the messages, from the first on, are in the list for certain.
  let accepted: Int
}

/// Pushes to partners' lists and stands back while one is too long. It knows from the replies of `LPUSH` alone: a
/// partner may be allowed nothing else.
///
/// Where there was no room it probes with one message after growing pauses; pushes grow again while there is room.
struct PatientPusher: ~Copyable {
  /// What is known of a list. It may be far too long from the start: the first push is a probe.
  private struct Room {
    var batch = 1
    /// Why there is no room, if the last push found none.
    var shortage: String?
    /// Messages taken since then without finding it full.
    var takenFreely = 0
    /// When it was found too long; stays through small pushes that find just enough room, so that patience ends.
    var fullSinceMs: Int64?
    var pauseMs = PatientPusher.firstPauseMs
  }

  private static let largestBatch = 1_000
  /// So many messages taken freely show that there is room again.
  private static let convincingCount = 64
  private static let firstPauseMs = 100
  private static let longestPauseMs = 3_000
  private static let announcementGapMs: Int64 = 5_000

  private var connection: RedisConnection
  private let maxLength: Int
  private let patienceMs: Int64
  private var rooms: [String: Room] = [:]
  private var announcedMs: Int64?
  /// Hears now and then that a list is waited for.
  private let announce: (String) -> Void

  init(
    _ connection: consuming RedisConnection, maxLength: Int, patienceSeconds: Int, announce: @escaping (String) -> Void
  ) {
    self.connection = connection
    self.maxLength = maxLength
    patienceMs = Int64(patienceSeconds) * 1_000
    self.announce = announce
  }

  /// Pushes messages, oldest first, waiting for room where it must.
  ///
  /// A list that is too long after the last message is waited for by the next call.
  mutating func push(_ messages: [[UInt8]], to list: PartnerList) throws(PushFailure) {
    var room = rooms[list.name] ?? Room()
    defer { rooms[list.name] = room }
    var accepted = 0
    while accepted < messages.count {
      guard !Interruption.isWanted else { throw PushFailure(reason: .interrupted, accepted: accepted) }
      if let shortage = room.shortage { try wait(&room, shortage, accepted) }
      let batch = Array(messages[accepted..<min(accepted + room.batch, messages.count)])
      let count = try pushOnce(batch, accepted, list, &room)
      accepted += count
      guard room.shortage == nil else {
        room.batch = 1
        room.takenFreely = 0
        continue
      }
      room.takenFreely += count
      if room.takenFreely >= Self.convincingCount {
        room.fullSinceMs = nil
        room.pauseMs = Self.firstPauseMs
      }
      room.batch = min(room.batch * 4, Self.largestBatch)
    }
  }

  /// Pauses before the next probe.
  private mutating func wait(_ room: inout Room, _ why: String, _ accepted: Int) throws(PushFailure) {
    let now = monotonicMilliseconds()
    if announcedMs.map({ now - $0 >= Self.announcementGapMs }) ?? true {
      announcedMs = now
      announce("\(why); waiting for the fleet to take some")
    }
    let since = room.fullSinceMs ?? now
    room.fullSinceMs = since
    let left = since + patienceMs - now
    guard left > 0 else { throw PushFailure(reason: .noRoom(why), accepted: accepted) }
    guard !Interruption.wait(milliseconds: min(room.pauseMs, Int(left))) else {
      throw PushFailure(reason: .interrupted, accepted: accepted)
    }
    room.pauseMs = min(room.pauseMs * 3 / 2, Self.longestPauseMs)
  }

  /// Pushes once; returns how many were accepted and keeps why there is no room for more, if so.
  private mutating func pushOnce(
    _ batch: [[UInt8]], _ before: Int, _ list: PartnerList, _ room: inout Room
  ) throws(PushFailure) -> Int {
    let pushed: PartnerList.Pushed
    do throws(RedisError) {
      pushed = try list.push(batch, on: &connection)
    } catch {
      throw PushFailure(reason: .lost(error), accepted: before)
    }
    room.shortage = nil
    if let refusal = pushed.refusal {
      guard case .server("OOM", _) = refusal else {
        throw PushFailure(reason: .refused(refusal), accepted: before + pushed.accepted)
      }
      room.shortage = "the memory of Redis is full"
    } else if let length = pushed.lengths.last, length > maxLength {
      room.shortage = "the list \(list.name) has \(Amounts.count(Int64(length))) messages"
    }
    return pushed.accepted
  }
}

extension PushFailure {
  /// The failure as a command ends with it; `nil` for the user's own wish.
  ///
  /// - Parameter rest: what became of the messages, and how to go on.
  func commandFailure(_ rest: String) -> CommandFailure? {
    switch reason {
    case .interrupted: nil
    case .noRoom(let why): CommandFailure(.failure, "\(why), and it stayed so; \(rest)")
    case .lost(let error): CommandFailure(.unavailable, "\(error); \(rest)")
    case .refused(let error):
      switch error {
      case .server("NOPERM", _), .server("NOAUTH", _), .server("WRONGPASS", _):
        CommandFailure(.configuration, "\(error); \(rest)")
      default: CommandFailure(.failure, "\(error); \(rest)")
      }
    }
  }
}
