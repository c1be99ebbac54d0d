import ArgumentParser
import CarbonInclusion
import Lanes
import Ledger
import PostgresClient
import Queues

extension DeadCommand {
  struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "retry", abstract: "Have dead letters judged again.",
      discussion: """
        The message is read again and handed to its resident's shard; its one outcome moves to what is decided now. \
        Harmless to run twice: a letter that was retried already stays what it became. A message that kills its worker \
        again is buried again.

        Examples:
          puhui dead retry 07-meituan-bike-1700000000000000-42-9f53705d --wait 30
          puhui dead retry --all --partner eleme --stage score --dry-run
          puhui dead retry --all --yes
        """)

    @OptionGroup var selection: DeadLetterSelection
    @Flag(help: "Say what would be done; change nothing.") var dryRun = false
    @Option(help: ArgumentHelp("Wait until the letters are settled, and say how.", valueName: "seconds")) var wait = 0
    @Option(help: ArgumentHelp("How long to wait for room in the shards' lists.", valueName: "seconds"))
    var patience = 60
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var servers: ServerOptions

    func validate() throws {
      guard (0...86_400).contains(wait), (0...86_400).contains(patience) else {
        throw ValidationError("--wait and --patience must be from 0 to 86400 seconds")
      }
    }

    func run() async throws {
      var postgres = try DeadCommand.connect(servers)
      if dryRun { return try preview(&postgres) }
      Interruption.watch()
      let count = try selection.count(asking: "retry", &postgres)
      var pusher = RetryPusher(
        try servers.connectRedis(), keys: Keys(prefix: try servers.prefix()), patienceSeconds: patience)
      var progress = Progress()
      var pushed: [DeadLetter] = []
      var unreadable = 0
      try selection.forEachPage(&postgres) { page, postgres in
        let readings = readings(page, &unreadable)
        try DeadLetterDesk.note(readings.map(\.letter.key), by: SystemUser.name, &postgres)
        do {
          try pusher.push(RetryBlocks.pack(readings)) { letters in
            pushed += letters.map(\.withoutPayload)
            progress.show(Int64(pushed.count), share: Double(pushed.count) / Double(max(count, 1)))
          }
        } catch let failure as CommandFailure {
          throw CommandFailure(
            failure.code,
            "\(failure.message); \(Amounts.count(Int64(pushed.count))) of \(Amounts.count(count)) letters were handed"
              + " on, run it again for the others")
        }
      }
      progress.clear()
      try report(pushed, &postgres)
      guard unreadable == 0, !Interruption.isWanted else { throw ExitCode(1) }
    }

    /// Reads open letters again; says which cannot be.
    private func readings(_ letters: [DeadLetter], _ unreadable: inout Int) -> [RetryBlocks.Reading] {
      var readings: [RetryBlocks.Reading] = []
      for letter in letters {
        if letter.state != .buried {
          Console.error("puhui: \(letter.name) is closed: \(letter.state.rawValue)")
        } else if let payload = letter.payload {
          readings.append(.init(letter, payload: payload))
        } else {
          unreadable += 1
          Console.error("puhui: \(letter.name) cannot be retried: its payload is gone")
        }
      }
      return readings
    }

    private func preview(_ postgres: inout PostgresConnection) throws {
      var unreadable = 0
      var lines: [JSON] = []
      var count: Int64 = 0
      try selection.forEachPage(&postgres) { page, _ in
        for reading in readings(page, &unreadable) {
          count += 1
          if json {
            lines.append(.object([("name", .string("\(reading.letter.name)")), ("would", .string(reading.prospect))]))
          } else {
            Console.print("\(reading.letter.name) \(reading.prospect)")
          }
        }
      }
      Console.print(json ? JSON.array(lines).text : "\(Amounts.count(count)) dead letters; nothing was changed.")
    }

    private func report(_ pushed: [DeadLetter], _ postgres: inout PostgresConnection) throws {
      guard wait > 0 else {
        let names = pushed.map { JSON.object([("name", .string("\($0.name)")), ("state", .string("pushed"))]) }
        Console.print(
          json
            ? JSON.array(names).text
            : "\(Amounts.count(Int64(pushed.count))) dead letters are on their way; `puhui dead ls --state any` shows"
              + " what becomes of them.")
        return
      }
      let settling = RetrySettling(letters: pushed)
      let settled = try settling.wait(seconds: wait, &postgres)
      Console.print(json ? settling.json(settled).text : settling.text(settled))
      guard settled.count == pushed.count else {
        throw CommandFailure(
          .failure,
          "\(Amounts.count(Int64(pushed.count - settled.count))) dead letters are not settled yet:"
            + " is `puhui score` running?")
      }
    }
  }

  struct DiscardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "discard", abstract: "Close dead letters; their messages stay rejected.",
      discussion: """
        The outcome stays rejected, reason poison, and the payload expires as that of any rejected message.

        Examples:
          puhui dead discard 07-meituan-bike-1700000000000000-42-9f53705d
          puhui dead discard --all --partner eleme --until 2022-11-29 --dry-run
        """)

    @OptionGroup var selection: DeadLetterSelection
    @Flag(help: "Say what would be done; change nothing.") var dryRun = false
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var servers: ServerOptions

    func run() async throws {
      var postgres = try DeadCommand.connect(servers)
      Interruption.watch()
      let count = dryRun ? 0 : try selection.count(asking: "discard", &postgres)
      var progress = Progress()
      var discarded = 0
      var seen: Int64 = 0
      try selection.forEachPage(&postgres) { page, postgres in
        let open = page.filter { $0.state == .buried }
        seen += Int64(open.count)
        if dryRun {
          if !json { for letter in open { Console.print("\(letter.name) would be discarded") } }
          return
        }
        for letter in page where letter.state != .buried {
          Console.error("puhui: \(letter.name) is closed: \(letter.state.rawValue)")
        }
        discarded += try DeadLetterDesk.discard(open.map(\.key), by: SystemUser.name, &postgres)
        progress.show(seen, share: Double(seen) / Double(max(count, 1)))
      }
      progress.clear()
      if json {
        Console.print(
          JSON.object([("matching", .integer(seen)), ("discarded", .integer(Int64(discarded)))]).text)
      } else {
        Console.print(
          dryRun
            ? "\(Amounts.count(seen)) dead letters; nothing was changed."
            : "\(Amounts.count(Int64(discarded))) dead letters were discarded.")
      }
      guard !Interruption.isWanted else { throw ExitCode(1) }
    }
  }
}
