import ArgumentParser
import Feeding
import Queues
import RedisClient

/// `puhui push`: the reference partner adapter.
struct PushCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Push CSV or JSON lines to a partner's list.",
    discussion: """
      Pushing twice is harmless: what is known already ends as duplicate. Needs no right but LPUSH on the one list.

      JSON lines are passed on as they are. A CSV file has a header; columns named as fields of the message fill them, \
      empty cells are left out. Times may be RFC 3339, or YYYY-MM-DD HH:MM[:SS] with --time-zone. What cannot be \
      converted is passed on: the fleet refuses it, with its reason on puhui:rejected:PARTNER.

      Examples:
        puhui push --partner eleme orders.jsonl
        puhui push --partner meituan-bike --map id=trip --map resident=user \\
          --map ended_at=end --map quantity=km --set unit=km \\
          --set behaviour=shared-bike-ride --time-zone Asia/Shanghai rides.csv
        zcat charges.csv.gz | puhui push --partner kuaidian --dry-run - | head
      """)

  @Option(help: "The partner's code.") var partner: String

  @Option(help: ArgumentHelp("Fill a field from a column. May be repeated.", valueName: "field=column"))
  var map: [String] = []

  @Option(help: ArgumentHelp("Fill a field with the same value in every message.", valueName: "field=value"))
  var set: [String] = []

  @Option(help: "csv or jsonl; default is what the first byte says.") var format: MessageReader.Format?

  @Option(help: ArgumentHelp("Where times without an offset were read: an IANA name, or +08:00.", valueName: "zone"))
  var timeZone: String?

  @Option(help: ArgumentHelp("Leave out so many rows or lines, as an earlier run said.", valueName: "n"))
  var skip: Int64 = 0

  @Flag(help: "Print the messages; push nothing.") var dryRun = false

  @OptionGroup var feeding: FeedingOptions
  @OptionGroup var servers: ServerOptions

  @Argument(help: "The file; - is standard input.") var file: String

  func validate() throws {
    guard isCode(partner) else {
      throw ValidationError("\"\(partner)\" is no partner's code: 2 to 40 of a-z, 0-9 and -, not - first")
    }
    guard skip >= 0 else { throw ValidationError("--skip must not be negative") }
  }

  func run() throws {
    let zone = try timeZone.map(NamedZone.rule)
    Interruption.watch()
    let feed = PartnerFeed(
      input: try InputFile(file), path: file, skip: skip,
      reader: MessageReader(format: format, maps: map, sets: set, zone: zone))
    guard !dryRun else { return try feed.print() }
    let list = PartnerList(name: Keys(prefix: try servers.prefix()).inbox(partner))
    // The file's header is read first: a wrong mapping is found without a server.
    try feed.begin()
    let pusher = PatientPusher(
      try servers.connectRedis(), maxLength: feeding.maxLength, patienceSeconds: feeding.patience
    ) { feed.note($0) }
    try feed.push(to: list, through: pusher)
  }
}

extension MessageReader.Format: ExpressibleByArgument {}
