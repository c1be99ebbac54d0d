package import CarbonInclusion

/// An activity as the message that it was: the contract's fields, without the evidence, which is stored hashed only.
package enum ActivityMessage {
  package static func encoded(_ activity: Activity) -> [UInt8] {
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
      if let claimed = activity.claimedMilligrams {
        json.field("claimed_g", Quantity(millionths: claimed * 1000).description)
      }
      if let sequence = activity.sequence { json.field("seq", sequence) }
    }
    return json.bytes
  }
}
