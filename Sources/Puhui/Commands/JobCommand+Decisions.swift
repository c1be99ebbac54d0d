import ArgumentParser
import CarbonInclusion

extension JobCommand {
  struct ApproveJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "approve", abstract: "Let another administrator's job go ahead.",
      discussion: "Example: puhui job approve --job job-0123456789abcdef --as auditor")

    @Option(help: "The id of the job that waits.") var job: String
    @OptionGroup var options: JobOptions

    func operation() -> Job.Operation { .approve(job: job) }
  }

  struct ReviewJob: JobSubcommand {
    static let configuration = CommandConfiguration(
      commandName: "review", abstract: "Decide about an activity that is held as implausible.",
      discussion: """
        Example: puhui job review --partner meituan-bike --activity mt-1 --decision accept --reason "a known racer"
        """)

    @Option(name: .customLong("partner"), help: ArgumentHelp("Who reported it.", valueName: "code"))
    var reporter: String
    @Option(help: "The id that the partner gave the activity.") var activity: String
    @Option(help: "accept or refuse.") var decision: Job.Decision
    @Option(help: "Why.") var reason: String
    @OptionGroup var options: JobOptions

    func operation() -> Job.Operation {
      .review(partner: reporter, activity: activity, decision: decision, reason: reason)
    }
  }
}

extension Job.Decision: ExpressibleByArgument {}
