import ArgumentParser
import CarbonInclusion
import Messages
import Queues

extension JobCommand {
  struct PushJob: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "push", abstract: "Push a job that was written by hand, after a look at its form.",
      discussion: "Examples: puhui job push job.json; puhui job push - --as auditor --dry-run < job.json")

    @OptionGroup var options: JobOptions
    @Argument(help: "A file with one JSON object; - is standard input.") var file: String

    func validate() throws {
      guard options.id == nil else {
        throw ValidationError("the id stands in the file: --id is for the other commands")
      }
    }

    func run() throws {
      let text: String
      do throws(TextFile.Failure) {
        text = try TextFile.read(file)
      } catch {
        throw CommandFailure(.failure, "\(file) cannot be read: \(error)")
      }
      let speaker = Job.Speaker.administrator(options.administrator)
      let bytes = Array(text.trimmingSpaces().utf8)
      let job: Job
      do throws(JobFault) {
        job = try JobDecoder.decode(bytes, from: speaker)
      } catch {
        throw CommandFailure(.failure, "\(file) is no job: \(error.error.message); nothing was pushed")
      }
      let errand = JobErrand(id: job.id, isFirst: false, bytes: bytes, speaker: speaker, options: options)
      try errand.run()?.show(json: options.json)
    }
  }

  struct ReplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reply", abstract: "Show the reply to a job; it stays where it is.",
      discussion: "Examples: puhui job reply job-0123456789abcdef --wait 60; puhui job reply malformed --json")

    @Argument(help: "The job's id; malformed for what could not be answered by its id.") var id: String
    @Option(help: ArgumentHelp("How long to wait for it.", valueName: "seconds")) var wait = 0
    @Flag(help: "Print the reply as it came.") var json = false
    @OptionGroup var servers: ServerOptions

    func validate() throws {
      guard (0...86_400).contains(wait) else { throw ValidationError("--wait must be from 0 to 86400 seconds") }
    }

    func run() throws {
      Interruption.watch()
      var redis = try servers.connectRedis()
      let waiting = JobWaiting(id: id, keys: Keys(prefix: try servers.prefix()), seconds: wait)
      try waiting.answer(&redis).show(json: json)
    }
  }
}
