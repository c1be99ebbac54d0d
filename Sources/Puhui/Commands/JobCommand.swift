import ArgumentParser

/// `puhui job …`: what administrators ask of the fleet.
struct JobCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "job", abstract: "Push a job, such as redeem, and show its reply.",
    discussion: """
      A job is one JSON object on puhui:jobs:ADMINISTRATOR; redis-cli can push it just as well, and --dry-run shows \
      how. The fleet remembers what it answered: the same job with the same --id is done once, and answered the same.

      Examples:
        puhui job restock --reward coupon --codes-file codes.txt
        puhui job redeem --resident r-1 --reward coupon
        puhui job redeem --resident r-1 --reward shopping-card --quantity 5 --dry-run
        puhui job balance --resident r-1 --json
        puhui job adjust --resident r-1 --points=-500 --reason "counted twice"
        puhui job approve --job job-0123456789abcdef --as auditor
        puhui job confirm --redemption job-0123456789abcdef --partner commerce
      """,
    groupedSubcommands: [
      CommandGroup(
        name: "Redemptions",
        subcommands: [RedeemJob.self, CancelJob.self, ConfirmJob.self, FailJob.self, RestockJob.self]),
      CommandGroup(
        name: "Residents",
        subcommands: [
          BalanceJob.self, StatementJob.self, CertificateJob.self, AdjustJob.self, ExportJob.self, EraseJob.self,
        ]),
      CommandGroup(name: "Decisions", subcommands: [ApproveJob.self, ReviewJob.self]),
      CommandGroup(name: "By hand", subcommands: [PushJob.self, ReplyCommand.self]),
    ])
}
