package import CarbonInclusion

/// A job as the JSON that is pushed: the contract's fields.
package enum JobMessage {
  package static func encoded(id: String, _ operation: Job.Operation) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.field("op", operation.name)
      json.field("id", id)
      write(operation, to: &json)
    }
    return json.bytes
  }

  private static func write(_ operation: Job.Operation, to json: inout JSONWriter) {
    if let resident = operation.resident { json.field("resident", resident) }
    switch operation {
    case .redeem(_, let reward, let quantity):
      json.field("reward", reward)
      json.field("quantity", quantity)
    case .cancel(let redemption, let reason):
      json.field("redemption", redemption)
      if let reason { json.field("reason", reason) }
    case .confirm(let redemption): json.field("redemption", redemption)
    case .fail(let redemption, let reason):
      json.field("redemption", redemption)
      json.field("reason", reason)
    case .restock(let reward, let restock):
      json.field("reward", reward)
      write(restock, to: &json)
    case .statement(_, let from, let to):
      if let from { json.field("from", from.description) }
      if let to { json.field("to", to.description) }
    case .certificate(_, let name): if let name { json.field("name", name) }
    case .adjust(_, let points, let reason):
      json.field("points", points)
      json.field("reason", reason)
    case .approve(let job): json.field("job", job)
    case .review(let partner, let activity, let decision, let reason):
      json.field("partner", partner)
      json.field("activity", activity)
      json.field("decision", decision.rawValue)
      json.field("reason", reason)
    case .balance, .export, .erase: break
    }
  }

  private static func write(_ restock: Job.Restock, to json: inout JSONWriter) {
    switch restock {
    case .quantity(let quantity): json.field("quantity", quantity)
    case .codes(let codes):
      json.name("codes")
      json.array { json in for code in codes { json.string(code) } }
    }
  }
}
