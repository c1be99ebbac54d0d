import ArgumentParser
import CarbonInclusion

extension JobCommand {
  struct BalanceJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "balance", abstract: "A resident's points, reduction and title.",
      discussion: "Example: puhui job balance --resident r-1")

    @Option(help: "The resident's id.") var resident: String
    @OptionGroup var options: JobOptions

    func operation() -> Job.Operation { .balance(resident: resident) }
  }

  struct StatementJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "statement", abstract: "A resident's entries, and what was not credited and why.",
      discussion: "Example: puhui job statement --resident r-1 --from 2022-11-01 --to 2022-11-30")

    @Option(help: "The resident's id.") var resident: String
    @Option(help: "The first day, as 2022-11-01.", transform: DayArgument.parse) var from: Day?
    @Option(help: "The last day.", transform: DayArgument.parse) var to: Day?
    @OptionGroup var options: JobOptions

    func operation() -> Job.Operation { .statement(resident: resident, from: from, to: to) }
  }

  struct CertificateJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "certificate", abstract: "Issue a resident's certificate.",
      discussion: "Example: puhui job certificate --resident r-1 --name 王小明 --svg certificate.svg")

    @Option(help: "The resident's id.") var resident: String
    @Option(help: "How the resident wants to be called on it.") var name: String?
    @Option(help: ArgumentHelp("Write the picture to this file; - is standard output.", valueName: "file"))
    var svg: String?
    @OptionGroup var options: JobOptions

    func operation() -> Job.Operation { .certificate(resident: resident, name: name) }

    func receive(_ reply: JobAnswer) throws {
      guard let svg, let picture = try reply.reply()["svg"]?.string else { return }
      let file = try OutputFile(svg)
      try file.write { $0 += picture.utf8 }
      try file.flush()
    }
  }

  struct AdjustJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "adjust", abstract: "Give or take points by hand, with a reason.",
      discussion: "Example: puhui job adjust --resident r-1 --points=-500 --reason \"counted twice\"")

    @Option(help: "The resident's id.") var resident: String
    @Option(help: ArgumentHelp("How many; --points=-500 takes points.", valueName: "points")) var points: Int64
    @Option(help: "Why.") var reason: String
    @OptionGroup var options: JobOptions

    func operation() -> Job.Operation { .adjust(resident: resident, points: points, reason: reason) }
  }

  struct ExportJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Everything that is stored of a resident.",
      discussion: "Example: puhui job export --resident r-1 --json > r-1.json")

    @Option(help: "The resident's id.") var resident: String
    @OptionGroup var options: JobOptions

    func operation() -> Job.Operation { .export(resident: resident) }
  }

  struct EraseJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "erase", abstract: "Destroy the link between a person and the ledger, for good.",
      discussion: "Example: puhui job erase --resident r-1 --yes")

    @Option(help: "The resident's id.") var resident: String
    @Flag(help: "It is meant: nothing brings the link back.") var yes = false
    @OptionGroup var options: JobOptions

    func validate() throws {
      guard yes || options.dryRun else {
        throw ValidationError("erasing cannot be undone: say --yes, or --dry-run to see the job")
      }
    }

    func operation() -> Job.Operation { .erase(resident: resident) }
  }
}
