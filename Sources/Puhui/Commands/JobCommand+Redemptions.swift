import ArgumentParser
import CarbonInclusion

extension JobCommand {
  struct RedeemJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "redeem", abstract: "Spend a resident's points on a reward.",
      discussion: "Example: puhui job redeem --resident r-1 --reward coupon --quantity 2")

    @Option(help: "The resident's id.") var resident: String
    @Option(help: "The reward's code.") var reward: String
    @Option(help: "How many.") var quantity: Int64 = 1
    @OptionGroup var options: JobOptions

    func operation() -> Job.Operation { .redeem(resident: resident, reward: reward, quantity: quantity) }
  }

  struct CancelJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "cancel", abstract: "Take back a redemption that is not settled, as the resident wishes.",
      discussion: "Example: puhui job cancel --redemption job-0123456789abcdef --reason \"chosen by mistake\"")

    @Option(help: "The id of the job that redeemed.") var redemption: String
    @Option(help: "Why.") var reason: String?
    @OptionGroup var options: JobOptions

    func operation() -> Job.Operation { .cancel(redemption: redemption, reason: reason) }
  }

  struct ConfirmJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "confirm", abstract: "Say that a reward was delivered.",
      discussion: "Example: puhui job confirm --redemption job-0123456789abcdef --partner commerce")

    @Option(help: "The id of the job that redeemed.") var redemption: String
    @OptionGroup var deliverer: DelivererOption
    @OptionGroup var options: JobOptions

    var partner: String? { deliverer.partner }

    func operation() -> Job.Operation { .confirm(redemption: redemption) }
  }

  struct FailJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "fail", abstract: "Say that a reward cannot be delivered: the points go back.",
      discussion: "Example: puhui job fail --redemption job-0123456789abcdef --reason \"sold out\" --partner commerce")

    @Option(help: "The id of the job that redeemed.") var redemption: String
    @Option(help: "Why.") var reason: String
    @OptionGroup var deliverer: DelivererOption
    @OptionGroup var options: JobOptions

    var partner: String? { deliverer.partner }

    func operation() -> Job.Operation { .fail(redemption: redemption, reason: reason) }
  }

  struct RestockJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "restock", abstract: "Add codes, or a number that a partner will deliver, to a reward's stock.",
      discussion: """
        Examples:
          puhui job restock --reward coupon --code A-1 --code A-2
          puhui job restock --reward shopping-card --codes-file cards.txt    # a code a line, at most 10,000
          puhui job restock --reward shanxi-tourism-pass --quantity 500
        """)

    @Option(help: "The reward's code.") var reward: String
    @Option(help: "How many; for a reward that a partner delivers.") var quantity: Int64?
    @Option(name: .customLong("code"), help: ArgumentHelp("A code to give out. May be repeated.", valueName: "code"))
    var codes: [String] = []
    @Option(help: ArgumentHelp("A file with a code a line; - is standard input.", valueName: "file"))
    var codesFile: String?
    @OptionGroup var options: JobOptions

    func validate() throws {
      guard [quantity != nil, !codes.isEmpty, codesFile != nil].count(where: { $0 }) == 1 else {
        throw ValidationError("say one of --quantity, --code and --codes-file")
      }
    }

    func operation() throws -> Job.Operation {
      if let quantity { return .restock(reward: reward, .quantity(quantity)) }
      guard let codesFile else { return .restock(reward: reward, .codes(codes)) }
      return .restock(reward: reward, .codes(try Self.lines(of: codesFile)))
    }

    /// Without the white space around a code, which no one means, and without empty lines.
    private static func lines(of path: String) throws -> [String] {
      do throws(TextFile.Failure) {
        return try TextFile.read(path).split(whereSeparator: \.isNewline).map { $0.trimmingSpaces() }
          .filter { !$0.isEmpty }
      } catch {
        throw CommandFailure(.failure, "\(path) cannot be read: \(error)")
      }
    }
  }

  /// Who delivered, or could not.
  struct DelivererOption: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Speak as this incentive partner, on its own list puhui:fulfilled:CODE.", valueName: "code"))
    var partner: String?

    func validate() throws {
      guard partner.map(isCode) ?? true else {
        throw ValidationError("\"\(partner ?? "")\" is no partner's code: 2 to 40 of a-z, 0-9 and -, not - first")
      }
    }
  }
}
