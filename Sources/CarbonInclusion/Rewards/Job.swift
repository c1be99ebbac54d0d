/// A job that an administrator or an incentive partner pushed, read and checked in form.
package struct Job: Sendable, Equatable {
  package var id: String
  package var speaker: Speaker
  package var operation: Operation
  /// Of everything that the job says but its id; the same id with another one is a conflict.
  package var content: Digest

  package init(id: String, speaker: Speaker, operation: Operation, content: Digest) {
    self.id = id
    self.speaker = speaker
    self.operation = operation
    self.content = content
  }
}

extension Job {
  /// Who speaks; known from the list, never from the message.
  package enum Speaker: Sendable, Hashable {
    case administrator(String)
    /// May confirm and fail its own redemptions, and nothing else.
    case partner(String)

    package var code: String {
      switch self {
      case .administrator(let code), .partner(let code): code
      }
    }
  }

  package enum Decision: String, Sendable, CaseIterable {
    case accept
    case refuse
  }

  package enum Restock: Sendable, Equatable {
    case quantity(Int64)
    case codes([String])
  }

  package enum Operation: Sendable, Equatable {
    case redeem(resident: String, reward: String, quantity: Int64)
    case cancel(redemption: String, reason: String?)
    case confirm(redemption: String)
    case fail(redemption: String, reason: String)
    case restock(reward: String, Restock)
    case balance(resident: String)
    case statement(resident: String, from: Day?, to: Day?)
    case certificate(resident: String, name: String?)
    case adjust(resident: String, points: Int64, reason: String)
    case approve(job: String)
    case review(partner: String, activity: String, decision: Decision, reason: String)
    case export(resident: String)
    case erase(resident: String)

    /// The name on the wire.
    package var name: String {
      switch self {
      case .redeem: "redeem"
      case .cancel: "cancel"
      case .confirm: "confirm"
      case .fail: "fail"
      case .restock: "restock"
      case .balance: "balance"
      case .statement: "statement"
      case .certificate: "certificate"
      case .adjust: "adjust"
      case .approve: "approve"
      case .review: "review"
      case .export: "export"
      case .erase: "erase"
      }
    }

    /// The resident that the operation names.
    package var resident: String? {
      switch self {
      case .redeem(let resident, _, _), .balance(let resident), .statement(let resident, _, _),
        .certificate(let resident, _), .adjust(let resident, _, _), .export(let resident), .erase(let resident):
        resident
      case .cancel, .confirm, .fail, .restock, .approve, .review: nil
      }
    }

    /// The redemption, or the job, that the operation is about.
    package var subject: String? {
      switch self {
      case .cancel(let redemption, _), .confirm(let redemption), .fail(let redemption, _): redemption
      case .approve(let job): job
      default: nil
      }
    }
  }
}
