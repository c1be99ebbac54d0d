internal import CarbonInclusion
internal import PostgresClient

/// What the checks have to be told: policy that stands in the catalogue's text, and no column has.
package struct AuditContext: Sendable {
  /// The latest end that any applied catalogue gave a factor version.
  package struct FactorEnd: Sendable {
    package let factorNumber: Int32
    /// Days since 1970; `nil` is an open end.
    package let lastDay: Int32?

    package init(factorNumber: Int32, lastDay: Int32?) {
      self.factorNumber = factorNumber
      self.lastDay = lastDay
    }
  }

  /// Of the programme's zone: days of legs and validities are local ones.
  package var utcOffsetSeconds: Int32
  /// An end may be moved to the past by a later catalogue; what was booked before was right all the same.
  package var factorEnds: [FactorEnd]
  /// Whether nothing is waiting anywhere, so that what only holds then is judged too.
  package var isDrained: Bool
  /// The most findings that a check keeps.
  package var limit: Int

  package init(utcOffsetSeconds: Int32, factorEnds: [FactorEnd], isDrained: Bool, limit: Int) {
    self.utcOffsetSeconds = utcOffsetSeconds
    self.factorEnds = factorEnds
    self.isDrained = isDrained
    self.limit = limit
  }

  /// The parameters of every check, in the order that `AuditCheck` documents.
  func parameters(shard: Int16, residents: ClosedRange<Int32>) -> PostgresParameters {
    PostgresParameters {
      $0.append(shard)
      $0.append(residents.lowerBound)
      $0.append(residents.upperBound)
      $0.append(utcOffsetSeconds)
      $0.append(Int32(clamping: limit))
      $0.append(array: factorEnds.map(\.factorNumber))
      $0.append(dates: factorEnds.map(\.lastDay))
      $0.append(array: MeasureUnit.allCases.map(\.rawValue))
      $0.append(array: MeasureUnit.allCases.map(\.baseUnits))
    }
  }
}
