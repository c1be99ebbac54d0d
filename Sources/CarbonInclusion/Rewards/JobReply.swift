/// What a job is answered, before it is written as JSON.
package struct JobReply: Sendable, Equatable {
  /// A value of a reply's field.
  package indirect enum Value: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case flag(Bool)
    case absent
    case list([Value])
    /// JSON that is written as it is.
    case document(String)
  }

  package struct Field: Sendable, Equatable {
    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// In the order in which they are written, after `id`, `op` and `ok`.
  package var fields: [Field] = []
  /// Why nothing was done; `nil` where it was.
  package var error: JobError?

  package init(_ fields: [Field]) { self.fields = fields }

  package init(_ error: JobError) { self.error = error }
}

/// Why a job was refused. It changed nothing.
package struct JobError: Error, Sendable, Equatable {
  package enum Code: String, Sendable, CaseIterable {
    case malformedJSON = "malformed_json"
    case missingField = "missing_field"
    case invalidField = "invalid_field"
    case unknownOperation = "unknown_op"
    case notAllowed = "not_allowed"
    case idConflict = "id_conflict"
    case unknownResident = "unknown_resident"
    case residentErased = "resident_erased"
    case unknownReward = "unknown_reward"
    case rewardNotValid = "reward_not_valid"
    case unknownRedemption = "unknown_redemption"
    case unknownJob = "unknown_job"
    case unknownActivity = "unknown_activity"
    case insufficientPoints = "insufficient_points"
    case inDebt = "in_debt"
    case outOfStock = "out_of_stock"
    case limitReached = "limit_reached"
    case budgetExhausted = "budget_exhausted"
    case duplicateCode = "duplicate_code"
    case alreadySettled = "already_settled"
    case sameAdministrator = "same_administrator"
    case notPending = "not_pending"
    case noSigningKey = "no_signing_key"
    case `internal` = "internal"
  }

  package var code: Code
  /// For people: what was wrong, and what is allowed.
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
