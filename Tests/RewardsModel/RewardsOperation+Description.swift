// Written as Swift, so that a short sequence that failed can be put into a test as it is printed.

extension RewardsStep: CustomStringConvertible {
  package var description: String {
    switch self {
    case .wait(let seconds): ".wait(seconds: \(seconds))"
    case .batch(let operations): ".batch(\(operations))"
    case .race(let operations): ".race(\(operations))"
    }
  }
}

extension RewardsOperation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .earn(let activity, let resident, let points):
      ".earn(activity: \"\(activity)\", resident: \"\(resident)\", points: \(points))"
    case .reverse(let activity): ".reverse(activity: \"\(activity)\")"
    case .expire: ".expire"
    case .timeOut(let job): ".timeOut(job: \"\(job)\")"
    case .timeOutAll: ".timeOutAll"
    case .job(let job): ".job(\(job))"
    }
  }
}

extension RewardsJob: CustomStringConvertible {
  package var description: String { ".init(id: \"\(id)\", by: \(speaker), \(request))" }
}

extension RewardsJob.Speaker: CustomStringConvertible {
  package var description: String {
    switch self {
    case .administrator(let code): ".administrator(\"\(code)\")"
    case .partner(let code): ".partner(\"\(code)\")"
    }
  }
}

extension RewardsJob.Stock: CustomStringConvertible {
  package var description: String {
    switch self {
    case .quantity(let quantity): ".quantity(\(quantity))"
    case .codes(let codes): ".codes(\(codes))"
    }
  }
}

extension RewardsJob.Request: CustomStringConvertible {
  package var description: String {
    switch self {
    case .redeem(let resident, let reward, let quantity):
      ".redeem(resident: \"\(resident)\", reward: \"\(reward)\", quantity: \(quantity))"
    case .cancel(let redemption, let reason):
      ".cancel(redemption: \"\(redemption)\", reason: \(reason.map { "\"\($0)\"" } ?? "nil"))"
    case .confirm(let redemption): ".confirm(redemption: \"\(redemption)\")"
    case .fail(let redemption, let reason): ".fail(redemption: \"\(redemption)\", reason: \"\(reason)\")"
    case .restock(let reward, let stock): ".restock(reward: \"\(reward)\", \(stock))"
    case .balance(let resident): ".balance(resident: \"\(resident)\")"
    case .adjust(let resident, let points, let reason):
      ".adjust(resident: \"\(resident)\", points: \(points), reason: \"\(reason)\")"
    case .approve(let job): ".approve(job: \"\(job)\")"
    }
  }
}
