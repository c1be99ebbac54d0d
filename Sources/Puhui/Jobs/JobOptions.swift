import ArgumentParser

/// What all jobs have in common.
struct JobOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The job's id; default is a random one, which is shown. The same id again is the same job."))
  var id: String?

  @Option(name: .customLong("as"), help: ArgumentHelp("Who asks: an administrator's code.", valueName: "code"))
  var administrator = "admin"

  @Option(help: ArgumentHelp("How long to wait for the reply; 0 does not.", valueName: "seconds"))
  var wait = 10

  @Flag(help: "Print the job and how redis-cli would push it; push nothing.") var dryRun = false

  @Flag(help: "Print the reply as it came.") var json = false

  @OptionGroup var servers: ServerOptions

  func validate() throws {
    guard isCode(administrator) else {
      throw ValidationError("\"\(administrator)\" is no administrator's code: 2 to 40 of a-z, 0-9 and -, not - first")
    }
    guard (0...86_400).contains(wait) else { throw ValidationError("--wait must be from 0 to 86400 seconds") }
  }
}
