/// Everything that is policy, as one version of the catalogue file says it.
///
/// Days are days of the programme's time zone, and every validity includes both its days; an open end is `nil`.
package struct Catalogue: Sendable, Equatable {
  package var programme: Programme
  package var categories: [Category]
  package var partners: [Partner]
  package var administrators: [String]
  package var behaviours: [Behaviour]
  package var factors: [Factor]
  package var pointsRules: [PointsRule]
  package var caps: [Cap]
  package var plausibility: [Plausibility]
  package var exclusivityGroups: [ExclusivityGroup]
  package var titles: [Title]
  package var rewards: [Reward]
  package var pointsPolicy: PointsPolicy

  package init(
    programme: Programme, categories: [Category], partners: [Partner], administrators: [String],
    behaviours: [Behaviour], factors: [Factor], pointsRules: [PointsRule], caps: [Cap], plausibility: [Plausibility],
    exclusivityGroups: [ExclusivityGroup], titles: [Title], rewards: [Reward],
    pointsPolicy: PointsPolicy = PointsPolicy()
  ) {
    self.programme = programme
    self.categories = categories
    self.partners = partners
    self.administrators = administrators
    self.behaviours = behaviours
    self.factors = factors
    self.pointsRules = pointsRules
    self.caps = caps
    self.plausibility = plausibility
    self.exclusivityGroups = exclusivityGroups
    self.titles = titles
    self.rewards = rewards
    self.pointsPolicy = pointsPolicy
  }
}

extension Catalogue {
  /// Partners that report activities.
  package var reporters: [Partner] { partners.filter { $0.kind != .incentive } }

  /// Partners that deliver rewards.
  package var deliverers: [Partner] { partners.filter { $0.kind != .scenario } }

  /// What a thing is called: Chinese first, English below.
  package struct Name: Sendable, Equatable {
    package var chinese: String
    package var english: String

    package init(chinese: String, english: String) {
      self.chinese = chinese
      self.english = english
    }
  }

  /// Days from first to last, both included.
  package struct Validity: Sendable, Equatable {
    package var from: Day
    package var to: Day?

    package init(from: Day, to: Day?) {
      self.from = from
      self.to = to
    }

    package func contains(_ day: Day) -> Bool { day >= from && (to.map { day <= $0 } ?? true) }

    package func overlaps(_ other: Validity) -> Bool {
      (to.map { other.from <= $0 } ?? true) && (other.to.map { from <= $0 } ?? true)
    }
  }

  package struct Category: Sendable, Equatable {
    package var code: String
    package var name: Name

    package init(code: String, name: Name) {
      self.code = code
      self.name = name
    }
  }

  package struct Partner: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      /// Reports activities (场景企业).
      case scenario
      /// Delivers rewards (激励企业).
      case incentive
      case both
    }

    package var code: String
    package var name: Name
    package var kind: Kind
    package var contract: Validity
    /// Refuse what ended longer ago; `nil` is no limit.
    package var ageLimitDays: Int?

    package init(code: String, name: Name, kind: Kind, contract: Validity, ageLimitDays: Int? = nil) {
      self.code = code
      self.name = name
      self.kind = kind
      self.contract = contract
      self.ageLimitDays = ageLimitDays
    }
  }

  package struct Behaviour: Sendable, Equatable {
    package var code: String
    package var name: Name
    package var category: String
    /// The unit of caps, limits and factors of this behaviour, and of its quantities in the ledger.
    package var unit: MeasureUnit
    /// One message is one event: quantity and unit may be left out and are then 1 and `unit`.
    package var perEvent: Bool
    /// An inactive behaviour is refused.
    package var active: Bool
    /// What a factor of this behaviour may be, in grams per `unit`: a guard against a slipped thousand.
    package var plausibleGramsPerUnit: ClosedRange<Quantity>
    package var ageLimitDays: Int?

    package init(
      code: String, name: Name, category: String, unit: MeasureUnit, perEvent: Bool, active: Bool,
      plausibleGramsPerUnit: ClosedRange<Quantity>, ageLimitDays: Int? = nil
    ) {
      self.code = code
      self.name = name
      self.category = category
      self.unit = unit
      self.perEvent = perEvent
      self.active = active
      self.plausibleGramsPerUnit = plausibleGramsPerUnit
      self.ageLimitDays = ageLimitDays
    }
  }

  /// Grams of CO2 avoided per amount of a behaviour, while and where it is valid.
  package struct Factor: Sendable, Equatable {
    package enum Grade: String, Sendable, CaseIterable {
      /// Official standard or ministry.
      case official = "A"
      /// Published by an official programme.
      case programme = "B"
      /// The operator's own.
      case operatorOwn = "C"
      /// Derived by us.
      case derived = "D"
    }

    /// The name that ledger entries carry. Never used again for other numbers.
    package var version: String
    package var behaviour: String
    /// `nil` is everywhere in the programme.
    package var region: Region?
    /// `nil` is every partner.
    package var partner: String?
    /// `grams` for each `per` of `unit`: 8.2 g per 500 steps.
    package var grams: Quantity
    package var per: Quantity
    package var unit: MeasureUnit
    package var validity: Validity
    package var source: String
    package var grade: Grade
    /// Whose number it is, where the programme has none of its own.
    package var borrowedFrom: String?

    package init(
      version: String, behaviour: String, region: Region? = nil, partner: String? = nil, grams: Quantity,
      per: Quantity = .one, unit: MeasureUnit, validity: Validity, source: String, grade: Grade,
      borrowedFrom: String? = nil
    ) {
      self.version = version
      self.behaviour = behaviour
      self.region = region
      self.partner = partner
      self.grams = grams
      self.per = per
      self.unit = unit
      self.validity = validity
      self.source = source
      self.grade = grade
      self.borrowedFrom = borrowedFrom
    }
  }

  /// How credited activities become points. The most specific rule applies: one that names the behaviour wins.
  package struct PointsRule: Sendable, Equatable {
    package enum Basis: Sendable, Equatable {
      /// Points per gram of reduction; at most 6 places.
      case perGram(Quantity)
      /// Points per unit of credited quantity, in the behaviour's unit; at most 3 places.
      case perUnit(Quantity)
    }

    package var version: String
    /// `nil` is every behaviour that no other rule names.
    package var behaviour: String?
    package var basis: Basis
    package var validity: Validity

    package init(version: String, behaviour: String?, basis: Basis, validity: Validity) {
      self.version = version
      self.behaviour = behaviour
      self.basis = basis
      self.validity = validity
    }
  }

  /// The most that one resident is credited for on one day, over all the named behaviours together.
  package struct Cap: Sendable, Equatable {
    package var code: String
    /// All of one dimension.
    package var behaviours: [String]
    package var quantityPerDay: Quantity
    package var unit: MeasureUnit

    package init(code: String, behaviours: [String], quantityPerDay: Quantity, unit: MeasureUnit) {
      self.code = code
      self.behaviours = behaviours
      self.quantityPerDay = quantityPerDay
      self.unit = unit
    }
  }

  /// What is impossible (refused) and what is unlikely (held for review) for one behaviour.
  package struct Plausibility: Sendable, Equatable {
    package struct Limits: Sendable, Equatable {
      /// In the behaviour's unit; above it.
      package var quantityAbove: Quantity?
      /// Mean speed in km/h, for lengths with a start; above it.
      package var speedAboveKmh: Quantity?
      /// The resident already has so many of this behaviour recorded on that day. For `hold` only.
      package var countPerDayAbove: Int?

      package init(quantityAbove: Quantity? = nil, speedAboveKmh: Quantity? = nil, countPerDayAbove: Int? = nil) {
        self.quantityAbove = quantityAbove
        self.speedAboveKmh = speedAboveKmh
        self.countPerDayAbove = countPerDayAbove
      }
    }

    package var behaviour: String
    package var refuse: Limits
    package var hold: Limits

    package init(behaviour: String, refuse: Limits, hold: Limits) {
      self.behaviour = behaviour
      self.refuse = refuse
      self.hold = hold
    }
  }

  /// Behaviours of which only one can be true at a time for one resident.
  package struct ExclusivityGroup: Sendable, Equatable {
    package enum Scope: String, Sendable, CaseIterable {
      /// Also two activities of the same partner exclude each other.
      case anyPartner = "any-partner"
      /// Only activities of different partners do.
      case acrossPartners = "across-partners"
      /// Only different behaviours do, such as charging a car and driving it; two charges are two.
      case acrossBehaviours = "across-behaviours"
    }

    package var code: String
    package var behaviours: [String]
    package var scope: Scope
    /// Tolerance: two acts this close, or closer, count as one.
    package var windowSeconds: Int64
    /// Two acts that both carry evidence, and different evidence, are two acts.
    package var evidenceDistinguishes: Bool

    package init(
      code: String, behaviours: [String], scope: Scope, windowSeconds: Int64, evidenceDistinguishes: Bool
    ) {
      self.code = code
      self.behaviours = behaviours
      self.scope = scope
      self.windowSeconds = windowSeconds
      self.evidenceDistinguishes = evidenceDistinguishes
    }
  }

  package struct Title: Sendable, Equatable {
    package var code: String
    package var name: Name
    package var fromMilligrams: Int64

    package init(code: String, name: Name, fromMilligrams: Int64) {
      self.code = code
      self.name = name
      self.fromMilligrams = fromMilligrams
    }
  }
}
