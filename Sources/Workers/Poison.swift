import CarbonInclusion
import Messages

/// What becomes of a message that kills whoever works on it.
enum Poison {
  /// So many owners must have died with the message alone in hand before it is buried.
  static let deathsAlone = 3

  /// A block that cannot even be taken apart is set aside as a whole after so many.
  static let deathsOfBlock = 6

  /// Computes with what was claimed. Whoever dies in here with a suspect died on it; a wait for a server between two
  /// such calls, and whatever ends the lane in it, is not its fault.
  ///
  /// - Throws: `BatchFault.fenced` where the lease was lost.
  static func inHand<Value>(
    isSuspect: Bool, takeUp: () throws -> Bool, setDown: () throws -> Bool, _ compute: () throws -> Value
  ) throws -> Value {
    guard isSuspect else { return try compute() }
    guard try takeUp() else { throw BatchFault.fenced }
    let value = try compute()
    guard try setDown() else { throw BatchFault.fenced }
    return value
  }

  static func refusal(stage: Failpoints.Role, attempts: Int) -> Refusal {
    Refusal(
      .poison, "\(attempts) workers died in a row while they worked on this message alone (stage \(stage.rawValue))")
  }
}

extension ReceivedBlock {
  /// The block with every message in it buried. Their numbers stay known: a message that is buried is not lost.
  func buried(_ refusal: Refusal) -> ReceivedBlock {
    var block = self
    block.sequences += messages.compactMap { message in
      guard case .activity(let activity, _, _) = message.content else { return nil }
      return activity.sequence.map { $0...$0 }
    }
    block.reviews = reviews.map { order in
      var order = order
      order.diedInScoring = true
      return order
    }
    block.messages = messages.map { message in
      var message = message
      message.diedInScoring = true
      message.content =
        switch message.content {
        case .activity(let activity, let content, _):
          .refused(
            refusal, id: activity.id, resident: activity.resident,
            payload: ActivityMessage.encoded(activity, withEvidence: true),
            content: content)
        case .refused(_, let id, let resident, let payload, let content):
          .refused(refusal, id: id, resident: resident, payload: payload, content: content)
        }
      return message
    }
    return block
  }
}
