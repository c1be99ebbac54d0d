extension Catalogue {
  package struct Programme: Sendable, Equatable {
    package var code: String
    package var name: Name
    /// An IANA name of a zone without summer time.
    package var timeZone: String
    package var utcOffsetSeconds: Int
    /// Nothing that happened before is accepted.
    package var startsOn: Day
    /// An activity may last so long; bounds how far an overlap has to be looked for.
    package var longestActivitySeconds: Int64
    /// How far in the future, by the database's clock, an activity may end.
    package var clockToleranceSeconds: Int64
    /// Who stands behind its certificates; `nil` is the programme itself.
    package var issuer: Name?
    /// What their serials begin with: 1 to 8 of A-Z and 0-9. `nil` is made of the code.
    package var serialPrefix: String?

    package init(
      code: String, name: Name, timeZone: String, utcOffsetSeconds: Int, startsOn: Day, longestActivitySeconds: Int64,
      clockToleranceSeconds: Int64, issuer: Name? = nil, serialPrefix: String? = nil
    ) {
      self.code = code
      self.name = name
      self.timeZone = timeZone
      self.utcOffsetSeconds = utcOffsetSeconds
      self.startsOn = startsOn
      self.longestActivitySeconds = longestActivitySeconds
      self.clockToleranceSeconds = clockToleranceSeconds
      self.issuer = issuer
      self.serialPrefix = serialPrefix
    }
  }
}
