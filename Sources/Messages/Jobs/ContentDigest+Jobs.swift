import CarbonInclusion

extension ContentDigest {
  /// The name of the op, then what it says, each field in a fixed order.
  static func content(of operation: Job.Operation) -> [UInt8] {
    var writer = ContentWriter(format: "puhui-job-1")
    writer.text(operation.name)
    switch operation {
    case .redeem(let resident, let reward, let quantity):
      writer.text(resident)
      writer.text(reward)
      writer.number(quantity)
    case .cancel(let redemption, let reason):
      writer.text(redemption)
      writer.text(reason)
    case .confirm(let redemption): writer.text(redemption)
    case .fail(let redemption, let reason):
      writer.text(redemption)
      writer.text(reason)
    case .restock(let reward, let restock):
      writer.text(reward)
      write(restock, to: &writer)
    case .balance(let resident), .export(let resident), .erase(let resident): writer.text(resident)
    case .statement(let resident, let from, let to):
      writer.text(resident)
      writer.number(from.map { Int64($0.number) })
      writer.number(to.map { Int64($0.number) })
    case .certificate(let resident, let name):
      writer.text(resident)
      writer.text(name)
    case .adjust(let resident, let points, let reason):
      writer.text(resident)
      writer.number(points)
      writer.text(reason)
    case .approve(let job): writer.text(job)
    case .review(let partner, let activity, let decision, let reason):
      writer.text(partner)
      writer.text(activity)
      writer.text(decision.rawValue)
      writer.text(reason)
    }
    return writer.bytes
  }

  private static func write(_ restock: Job.Restock, to writer: inout ContentWriter) {
    switch restock {
    case .quantity(let quantity): writer.number(quantity)
    case .codes(let codes):
      writer.number(nil)
      writer.number(Int64(codes.count))
      for code in codes { writer.text(code) }
    }
  }
}
