import Foundation
import RewardsModel

/// A job of the model as an administrator would type it.
struct JobText {
  let text: String

  init(_ job: RewardsJob) {
    var fields: [String: Any] = ["id": job.id]
    switch job.request {
    case .redeem(let resident, let reward, let quantity):
      fields.merge(["op": "redeem", "resident": resident, "reward": reward, "quantity": quantity]) { $1 }
    case .cancel(let redemption, let reason):
      fields.merge(["op": "cancel", "redemption": redemption]) { $1 }
      if let reason { fields["reason"] = reason }
    case .confirm(let redemption): fields.merge(["op": "confirm", "redemption": redemption]) { $1 }
    case .fail(let redemption, let reason):
      fields.merge(["op": "fail", "redemption": redemption, "reason": reason]) { $1 }
    case .restock(let reward, .quantity(let quantity)):
      fields.merge(["op": "restock", "reward": reward, "quantity": quantity]) { $1 }
    case .restock(let reward, .codes(let codes)):
      fields.merge(["op": "restock", "reward": reward, "codes": codes]) { $1 }
    case .balance(let resident): fields.merge(["op": "balance", "resident": resident]) { $1 }
    case .adjust(let resident, let points, let reason):
      fields.merge(["op": "adjust", "resident": resident, "points": points, "reason": reason]) { $1 }
    case .approve(let id): fields.merge(["op": "approve", "job": id]) { $1 }
    }
    let data = (try? JSONSerialization.data(withJSONObject: fields)) ?? Data()
    text = String(decoding: data, as: UTF8.self)
  }
}
