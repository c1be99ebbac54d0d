import ArgumentParser
import CarbonInclusion
import Ledger
import Messages
import PostgresClient

/// Which dead letters a command is about.
struct DeadLetterOptions: ParsableArguments {
  @Option(help: "Only those of a partner, by its code.") var partner: String?

  @Option(help: ArgumentHelp("Only those with this activity id, where one could be read.", valueName: "id"))
  var id: String?

  @Option(
    help: ArgumentHelp("Only those buried since a day or time.", valueName: "2022-11-29|2022-11-29T08:23:00+08:00"),
    transform: Moment.init)
  var since: Moment?

  @Option(
    help: ArgumentHelp("Only those buried until the end of a day, or before a time.", valueName: "day|time"),
    transform: Moment.init)
  var until: Moment?

  @Option(help: "Only those that killed workers of one stage: ingest or score.") var stage: DeadLetter.Stage?

  @Option(help: ArgumentHelp("So many at most.", valueName: "n")) var limit: Int32?

  /// A day of the programme, or a point in time.
  enum Moment {
    case day(Day)
    case time(Instant)

    init(_ text: String) throws {
      if let day = Day(text) {
        self = .day(day)
      } else if let time = Instant(rfc3339: text) {
        self = .time(time)
      } else {
        throw ValidationError("\"\(text)\" is no day, such as 2022-11-29, and no time, such as 2022-11-29T08:23:00Z")
      }
    }
  }

  var isEmpty: Bool {
    partner == nil && id == nil && since == nil && until == nil && stage == nil && limit == nil
  }

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
  }

  func filter(_ state: DeadLetter.State?, _ connection: inout PostgresConnection) throws -> DeadLetterFilter {
    var filter = DeadLetterFilter()
    filter.partner = partner
    filter.activityID = id
    filter.stage = stage
    filter.state = state
    filter.since = try since.map { try start(of: $0, daysLater: 0, &connection) }
    filter.until = try until.map { try start(of: $0, daysLater: 1, &connection) }
    return filter
  }

  private func start(
    of moment: Moment, daysLater days: Int32, _ connection: inout PostgresConnection
  ) throws -> Instant {
    switch moment {
    case .time(let instant): instant
    case .day(let day):
      day.adding(days: days).start(utcOffsetSeconds: try ProgrammeZone.offsetSeconds(&connection))
    }
  }
}

extension DeadLetter.Stage: ExpressibleByArgument {}
