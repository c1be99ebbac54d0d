/// Why a message was rejected: a code for programs, and where and what for people.
package struct Refusal: Error, Sendable, Equatable {
  package var reason: RefusalReason
  /// Names the field or the byte offset at fault, what stands there and what is allowed.
  package var detail: String

  package init(_ reason: RefusalReason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }
}

/// The reason codes of rejected messages, a public list: partners switch on them.
package enum RefusalReason: String, Sendable, CaseIterable {
  // Judged by ingest: the form of the message alone.
  case messageTooLarge = "message_too_large"
  case malformedJSON = "malformed_json"
  case notAnObject = "not_an_object"
  case duplicateField = "duplicate_field"
  case missingField = "missing_field"
  case wrongType = "wrong_type"
  case invalidValue = "invalid_value"
  case quantityNotPositive = "quantity_not_positive"
  case quantityOutOfRange = "quantity_out_of_range"
  case unknownUnit = "unknown_unit"
  case endsBeforeStart = "ends_before_start"
  case reversalWithBehaviour = "reversal_with_behaviour"

  // Judged by scoring: catalogue, clock and ledger.
  case unknownBehaviour = "unknown_behaviour"
  case inactiveBehaviour = "inactive_behaviour"
  case missingQuantity = "missing_quantity"
  case unitMismatch = "unit_mismatch"
  case noFactor = "no_factor"
  case inFuture = "in_future"
  case beforeProgramme = "before_programme"
  case outsideContract = "outside_contract"
  case tooOld = "too_old"
  case tooLong = "too_long"
  case implausibleQuantity = "implausible_quantity"
  case implausibleSpeed = "implausible_speed"
  case reversesUnknown = "reverses_unknown"
  case reversesNotCredited = "reverses_not_credited"
  case reversesAlreadyReversed = "reverses_already_reversed"
  case residentErased = "resident_erased"

  // Decided by a person.
  case reviewRefused = "review_refused"

  // Judged after three deaths of its workers.
  case poison
}
