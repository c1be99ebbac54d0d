import ArgumentParser
import CarbonInclusion
import Ledger
import PostgresClient

/// A calendar day on the command line.
enum DayArgument {
  static func parse(_ text: String) throws -> Day {
    guard let day = Day(text) else { throw ValidationError("\"\(text)\" is no day; write it as 2022-11-29") }
    return day
  }
}

/// The time zone of the programme whose catalogue is in force.
enum ProgrammeZone {
  static func programme(_ connection: inout PostgresConnection) throws -> Catalogue.Programme {
    do {
      return try Catalogue.current(&connection).programme
    } catch let error as LedgerError {
      throw CommandFailure(.configuration, "\(error)")
    }
  }

  static func offsetSeconds(_ connection: inout PostgresConnection) throws -> Int {
    try programme(&connection).utcOffsetSeconds
  }
}
