package import CarbonInclusion

/// An activity as the message that it was: the contract's fields.
package enum ActivityMessage {
  /// Without the evidence, which is stored hashed only.
  package static func encoded(_ activity: Activity) -> [UInt8] { encoded(activity, withEvidence: false) }

  /// - Parameter withEvidence: for a message that is to be judged later: without its evidence it is another one.
  package static func encoded(_ activity: Activity, withEvidence: Bool) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.field("id", activity.id)
      json.field("resident", activity.resident)
      switch activity.report {
      case .act(let behaviour, let quantity, let unit):
        json.field("behaviour", behaviour)
        if let quantity { json.field("quantity", quantity.description) }
        if let unit { json.field("unit", unit.rawValue) }
      case .reversal(let id): json.field("reverses", id)
      }
      if let start = activity.startedAt { json.field("started_at", start.formatted(utcOffsetSeconds: 0)) }
      json.field("ended_at", activity.endedAt.formatted(utcOffsetSeconds: 0))
      if let region = activity.region { json.field("region", region.description) }
      if withEvidence, let evidence = activity.evidence { json.field("evidence", evidence) }
      if let claimed = activity.claimedMilligrams {
        json.field("claimed_g", Quantity(millionths: claimed * 1000).description)
      }
      if let sequence = activity.sequence { json.field("seq", sequence) }
    }
    return json.bytes
  }
}
