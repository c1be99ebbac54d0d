import ArgumentParser
import CarbonInclusion
import Feeding
import Queues
import RedisClient

/// `puhui simulate`.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Push realistic traffic of many partners.",
    discussion: """
      The same --seed, --from, --to, --count and shares give the same messages, however fast they are pushed. Without \
      --from and --to the traffic is live: what is reported has just happened. Shares are parts of all messages: 0.1 \
      is one in ten. Ctrl-C ends it with a summary.

      Examples:
        puhui simulate --rate 50                    # live, until Ctrl-C
        puhui simulate --count 200000 --seed 7 \\
          --from 2022-11-01 --to 2022-11-30 --journal pushed.jsonl
        puhui simulate --rate 2000 --seconds 60 --invalid 0 --conflicts 0
        puhui simulate --count 3 --seed 1 --out -   # print, push nothing
        puhui simulate --rate 5 --partners eleme,my-metro=bus-ride
      """)

  @Option(help: "A number that decides everything; default is another one each time.") var seed: UInt64?
  @Option(help: ArgumentHelp("Messages a second; default is as fast as possible.", valueName: "n")) var rate: Double?
  @Option(help: ArgumentHelp("End after so many messages.", valueName: "n")) var count: Int64?
  @Option(help: ArgumentHelp("End after so long.", valueName: "seconds")) var seconds: Double?
  @Option(help: "How many residents there are.") var residents: UInt32 = 1_300_000
  @Option(help: ArgumentHelp("The first day, in Shanxi's time.", valueName: "day")) var from: Day?
  @Option(help: ArgumentHelp("The last day.", valueName: "day")) var to: Day?
  @Option(
    help: ArgumentHelp(
      "CODE or CODE=BEHAVIOUR+BEHAVIOUR, with commas; default is the nine of the catalogue.", valueName: "codes"))
  var partners: String?

  @OptionGroup(title: "Shares") var shares: ShareOptions

  @Option(help: ArgumentHelp("Write what was pushed, a JSON line each.", valueName: "file")) var journal: String?
  @Option(help: ArgumentHelp("Write such lines in place of pushing; - is standard output.", valueName: "file"))
  var out: String?

  @OptionGroup var feeding: FeedingOptions
  @OptionGroup var servers: ServerOptions

  func validate() throws {
    guard count != nil || seconds != nil || rate != nil else {
      throw ValidationError("say how much: --count, --seconds or --rate")
    }
    guard count.map({ (1...1_000_000_000_000).contains($0) }) ?? true else {
      throw ValidationError("--count must be from 1 to 10^12")
    }
    guard rate.map({ $0 >= 0.001 && $0 <= 10_000_000 }) ?? true else {
      throw ValidationError("--rate must be from 0.001 to 10000000 messages a second")
    }
    guard seconds.map({ $0 > 0 && $0 <= 31_536_000 }) ?? true else {
      throw ValidationError("--seconds must be above 0, and at most a year")
    }
    guard residents > 0 else { throw ValidationError("--residents must be at least 1") }
    guard (from == nil) == (to == nil) else { throw ValidationError("give both of --from and --to, or none") }
    if let from, let to, from > to { throw ValidationError("--from is after --to") }
    guard out == nil || journal == nil else { throw ValidationError("choose one of --out and --journal") }
    _ = try partnerList()
  }

  func run() throws {
    Interruption.watch()
    let plan = try plan()
    let destination = out ?? journal
    let simulation = Simulation(
      plan: plan, rate: rate, count: count, seconds: seconds, file: try destination.map { try OutputFile($0) })
    if out != nil {
      try simulation.write(summaryToError: out == "-")
      return
    }
    let keys = Keys(prefix: try servers.prefix())
    let lists = plan.partners.map { PartnerList(name: keys.inbox($0.code)) }
    let pusher = PatientPusher(
      try servers.connectRedis(), maxLength: feeding.maxLength, patienceSeconds: feeding.patience
    ) { simulation.note($0) }
    try simulation.push(to: lists, through: pusher)
  }

  private func plan() throws -> TrafficPlan {
    var plan = TrafficPlan(seed: seed ?? UInt64.random(in: 0...999_999_999), calendar: .live)
    if let from, let to {
      plan.calendar = .days(from: from, to: to, messages: spread)
      // Whoever asks for earlier days gets them.
      plan.firstDay = min(plan.firstDay, from)
    }
    plan.residents = residents
    plan.partners = try partnerList()
    plan.shares = shares.shares
    return plan
  }

  /// Over how many messages the days are spread: all of them, where their number is known.
  private var spread: Int64 {
    if let count { return count }
    guard let rate, let seconds else { return 1_000_000 }
    return max(1, Int64(rate * seconds))
  }

  private func partnerList() throws -> [TrafficPartner] {
    guard let partners else { return TrafficPartner.standard }
    let list = try partners.split(separator: ",").map { try partner($0) }
    guard !list.isEmpty else { throw ValidationError("--partners names none") }
    guard Set(list.map(\.code)).count == list.count else { throw ValidationError("--partners names one twice") }
    return list
  }

  private func partner(_ text: Substring) throws -> TrafficPartner {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let code = String(parts[0])
    guard isCode(code) else { throw ValidationError("\"\(code)\" is no partner's code") }
    guard parts.count == 2 else {
      if let known = TrafficPartner.standard.first(where: { $0.code == code }) { return known }
      throw ValidationError("say what \(code) reports: --partners \(code)=bus-ride")
    }
    let behaviours = try parts[1].split(separator: "+", omittingEmptySubsequences: false).map { name in
      guard let behaviour = TrafficBehaviour(rawValue: String(name)) else {
        let known = TrafficBehaviour.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("\"\(name)\" cannot be simulated; there are \(known)")
      }
      return behaviour
    }
    return TrafficPartner(code: code, behaviours: behaviours)
  }
}

/// How many of all messages are something else than new, valid and timely.
struct ShareOptions: ParsableArguments {
  @Option(help: "Sent before, byte for byte.") var resent = TrafficShares().resent
  @Option(help: "A known id with another quantity.") var conflicts = TrafficShares().conflicts
  @Option(help: "To be refused.") var invalid = TrafficShares().invalid
  @Option(help: "Of days before.") var late = TrafficShares().late
  @Option(help: "Taking an earlier one back.") var reversals = TrafficShares().reversals
  @Option(help: "Charges that another partner has reported, too.") var sharedCharges = TrafficShares().sharedCharges

  var shares: TrafficShares {
    var shares = TrafficShares()
    shares.resent = resent
    shares.conflicts = conflicts
    shares.invalid = invalid
    shares.late = late
    shares.reversals = reversals
    shares.sharedCharges = sharedCharges
    return shares
  }

  func validate() throws {
    guard shares.isPossible else { throw ValidationError("shares are from 0 to 1, and at most 1 together") }
  }
}

extension Day: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
