/// One version of the catalogue, made ready for scoring: everything is found by number or by behaviour.
///
/// The numbers are those of the ledger's tables; a code keeps its number for ever, also when a later version drops it.
package struct Policy: Sendable {
  /// The ledger's numbers of the codes of a catalogue.
  package struct Numbers: Sendable, Equatable {
    package var partners: [String: Int16]
    package var behaviours: [String: Int16]
    package var factors: [String: Int32]

    package init(partners: [String: Int16], behaviours: [String: Int16], factors: [String: Int32]) {
      self.partners = partners
      self.behaviours = behaviours
      self.factors = factors
    }
  }

  /// All that concerns one behaviour. A class, because every activity is handed it, and nothing of it ever changes.
  package final class BehaviourPolicy: Sendable {
    package let number: Int16
    package let behaviour: Catalogue.Behaviour
    /// The most specific first.
    let factors: [NumberedFactor]
    /// The rule that names the behaviour first.
    let pointsRules: [Catalogue.PointsRule]
    let caps: [DayCap]
    let refuse: Catalogue.Plausibility.Limits
    let hold: Catalogue.Plausibility.Limits
    let groups: [Group]
    /// The widest tolerance of the behaviour's exclusivity groups.
    let widestWindowSeconds: Int64

    init(
      number: Int16, behaviour: Catalogue.Behaviour, factors: [NumberedFactor], pointsRules: [Catalogue.PointsRule],
      caps: [DayCap], refuse: Catalogue.Plausibility.Limits, hold: Catalogue.Plausibility.Limits, groups: [Group]
    ) {
      self.number = number
      self.behaviour = behaviour
      self.factors = factors
      self.pointsRules = pointsRules
      self.caps = caps
      self.refuse = refuse
      self.hold = hold
      self.groups = groups
      self.widestWindowSeconds = groups.map(\.group.windowSeconds).max() ?? 0
    }
  }

  /// A class for the same reason.
  final class NumberedFactor: Sendable {
    let number: Int32
    let factor: Catalogue.Factor
    let partnerNumber: Int16?

    init(number: Int32, factor: Catalogue.Factor, partnerNumber: Int16?) {
      self.number = number
      self.factor = factor
      self.partnerNumber = partnerNumber
    }
  }

  /// A cap with its limit in base units of the dimension, so that its behaviours may differ in unit.
  struct DayCap: Sendable {
    var code: String
    var behaviours: Set<Int16>
    var limitBaseMillionths: Int128
  }

  struct Group: Sendable {
    var group: Catalogue.ExclusivityGroup
    var behaviours: Set<Int16>
  }

  package let version: Int32
  package let catalogue: Catalogue
  package let numbers: Numbers
  private let partners: [Int16: Catalogue.Partner]
  private let behavioursByCode: [String: BehaviourPolicy]
  private let behavioursByNumber: [Int16: Catalogue.Behaviour]
  /// Those above the lowest, by rising threshold.
  private let titles: [Catalogue.Title]

  /// - Parameter numbers: must hold every code of `catalogue`; a behaviour or factor without a number is left out.
  package init(version: Int32, catalogue: Catalogue, numbers: Numbers) {
    self.version = version
    self.catalogue = catalogue
    self.numbers = numbers
    var partners: [Int16: Catalogue.Partner] = [:]
    for partner in catalogue.partners {
      if let number = numbers.partners[partner.code] { partners[number] = partner }
    }
    self.partners = partners
    var policies: [String: BehaviourPolicy] = [:]
    var behaviours: [Int16: Catalogue.Behaviour] = [:]
    for behaviour in catalogue.behaviours {
      guard let number = numbers.behaviours[behaviour.code] else { continue }
      behaviours[number] = behaviour
      policies[behaviour.code] = Policy.compile(behaviour, number: number, catalogue: catalogue, numbers: numbers)
    }
    self.behavioursByCode = policies
    self.behavioursByNumber = behaviours
    self.titles = catalogue.titles.filter { $0.fromMilligrams > 0 }.sorted { $0.fromMilligrams < $1.fromMilligrams }
  }

  package func partner(number: Int16) -> Catalogue.Partner? { partners[number] }

  package func behaviour(_ code: String) -> BehaviourPolicy? { behavioursByCode[code] }

  /// The behaviour of a number, where this version still has it.
  package func behaviour(number: Int16) -> Catalogue.Behaviour? { behavioursByNumber[number] }

  /// How many base units one unit of the behaviour is; `nil` for a behaviour that this version does not know.
  func baseUnits(ofBehaviour number: Int16) -> Int64? { behavioursByNumber[number]?.unit.baseUnits }

  /// The local day, in the programme's zone.
  package func day(of instant: Instant) -> Day {
    Day(containing: instant, utcOffsetSeconds: catalogue.programme.utcOffsetSeconds)
  }

  /// The last day on which points may be spent that are booked at an instant.
  func lotExpiry(earnedAt instant: Instant) -> Day { catalogue.pointsPolicy.expiry(earnedOn: day(of: instant)) }

  /// The highest title that so much reaches; `nil` is the lowest one.
  func title(at milligrams: Int64) -> Catalogue.Title? { titles.last { $0.fromMilligrams <= milligrams } }

  /// What a title takes, 0 for the lowest; `nil` for one that this version does not know.
  func threshold(ofTitle code: String?) -> Int64? {
    guard let code else { return 0 }
    return titles.first { $0.code == code }?.fromMilligrams
  }

  private static func compile(
    _ behaviour: Catalogue.Behaviour, number: Int16, catalogue: Catalogue, numbers: Numbers
  ) -> BehaviourPolicy {
    let code = behaviour.code
    let plausibility = catalogue.plausibility.first { $0.behaviour == code }
    return BehaviourPolicy(
      number: number, behaviour: behaviour,
      factors: factors(of: code, catalogue: catalogue, numbers: numbers),
      pointsRules: catalogue.pointsRules.filter { $0.behaviour == code }
        + catalogue.pointsRules.filter { $0.behaviour == nil },
      caps: catalogue.caps.filter { $0.behaviours.contains(code) }.map { cap in
        DayCap(
          code: cap.code, behaviours: Set(cap.behaviours.compactMap { numbers.behaviours[$0] }),
          limitBaseMillionths: Int128(cap.quantityPerDay.millionths) * Int128(cap.unit.baseUnits))
      },
      refuse: plausibility?.refuse ?? .init(), hold: plausibility?.hold ?? .init(),
      groups: catalogue.exclusivityGroups.filter { $0.behaviours.contains(code) }.map { group in
        Group(group: group, behaviours: Set(group.behaviours.compactMap { numbers.behaviours[$0] }))
      })
  }

  private static func factors(of behaviour: String, catalogue: Catalogue, numbers: Numbers) -> [NumberedFactor] {
    let numbered = catalogue.factors.filter { $0.behaviour == behaviour }.compactMap { factor in
      numbers.factors[factor.version].map { number in
        NumberedFactor(
          number: number, factor: factor, partnerNumber: factor.partner.map { numbers.partners[$0] ?? -1 })
      }
    }
    return numbered.sorted { specificity($0.factor) > specificity($1.factor) }
  }

  /// A factor that names the partner beats one that does not; then the smaller region wins.
  private static func specificity(_ factor: Catalogue.Factor) -> Int {
    (factor.partner == nil ? 0 : 10) + (factor.region?.depth ?? 0)
  }
}

extension Policy.BehaviourPolicy {
  func factor(on day: Day, partnerNumber: Int16, region: Region?) -> Policy.NumberedFactor? {
    factors.first { candidate in
      candidate.factor.validity.contains(day)
        && (candidate.partnerNumber == nil || candidate.partnerNumber == partnerNumber)
        && (candidate.factor.region.map { wanted in region.map(wanted.contains) ?? false } ?? true)
    }
  }

  func pointsRule(on day: Day) -> Catalogue.PointsRule? { pointsRules.first { $0.validity.contains(day) } }
}
