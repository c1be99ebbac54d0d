extension Catalogue {
  package struct Reward: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      /// Gives a code from a pool.
      case code
      /// Is delivered by an incentive partner.
      case partner
    }

    /// The most that one resident gets in a period of the programme's calendar.
    package struct Limit: Sendable, Equatable {
      package enum Period: String, Sendable, CaseIterable {
        case day
        case month
        case year
        case ever
      }

      package var quantity: Int64
      package var period: Period

      package init(quantity: Int64, period: Period) {
        self.quantity = quantity
        self.period = period
      }
    }

    package var code: String
    package var name: Name
    package var kind: Kind
    /// The price of one.
    package var points: Int64
    /// Who delivers it; of kind `partner` alone.
    package var partner: String?
    /// How long the partner may take before the points go back.
    package var answerWithinSeconds: Int64
    /// When it can be redeemed; `nil` is always.
    package var validity: Validity?
    package var limit: Limit?
    /// All points that may be held and spent for it, ever.
    package var budgetPoints: Int64?
    /// A redemption of more points than this waits for a second administrator.
    package var approvalAbovePoints: Int64?

    package init(
      code: String, name: Name, kind: Kind, points: Int64, partner: String? = nil, answerWithinSeconds: Int64 = 86_400,
      validity: Validity? = nil, limit: Limit? = nil, budgetPoints: Int64? = nil, approvalAbovePoints: Int64? = nil
    ) {
      self.code = code
      self.name = name
      self.kind = kind
      self.points = points
      self.partner = partner
      self.answerWithinSeconds = answerWithinSeconds
      self.validity = validity
      self.limit = limit
      self.budgetPoints = budgetPoints
      self.approvalAbovePoints = approvalAbovePoints
    }
  }

  /// How long points live, and what needs two administrators.
  package struct PointsPolicy: Sendable, Equatable {
    /// Points earned in one month expire with the last day of the month so many later.
    package var expireAfterMonths: Int32
    /// How long points may be spent that come back after their lot had ended, without the resident's fault.
    package var graceDays: Int32
    /// An adjustment of more points than this, either way, waits for a second administrator.
    package var adjustmentApprovalAbovePoints: Int64
    /// How long anything waits for approval before it lapses.
    package var approvalWithinSeconds: Int64

    package init(
      expireAfterMonths: Int32 = 12, graceDays: Int32 = 7, adjustmentApprovalAbovePoints: Int64 = 1_000,
      approvalWithinSeconds: Int64 = 259_200
    ) {
      self.expireAfterMonths = expireAfterMonths
      self.graceDays = graceDays
      self.adjustmentApprovalAbovePoints = adjustmentApprovalAbovePoints
      self.approvalWithinSeconds = approvalWithinSeconds
    }

    /// The last day of points that are earned on a day.
    package func expiry(earnedOn day: Day) -> Day { day.lastOfMonth(later: expireAfterMonths) }
  }
}

extension Catalogue.Reward.Limit {
  /// When the period began that an instant lies in.
  package func periodStart(now: Instant, _ programme: Catalogue.Programme) -> Instant {
    let today = Day(containing: now, utcOffsetSeconds: programme.utcOffsetSeconds)
    switch period {
    case .day: return today.start(utcOffsetSeconds: programme.utcOffsetSeconds)
    case .month: return today.firstOfMonth.start(utcOffsetSeconds: programme.utcOffsetSeconds)
    case .year: return today.firstOfYear.start(utcOffsetSeconds: programme.utcOffsetSeconds)
    case .ever: return .earliest
    }
  }
}
