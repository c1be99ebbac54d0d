package import CarbonInclusion

/// A dead letter's name, as people type it: `07-meituan-bike-1700000000000000-42-9f53705d`. Shard, partner, incarnation
/// and position of the message, and the first eight digits of the digest that it was buried with.
package struct DeadLetterName: Sendable, Hashable, CustomStringConvertible {
  package let shard: Int16
  package let partner: String
  package let incarnation: Int64
  package let position: Int64
  package let digits: String

  package init(shard: Int16, partner: String, incarnation: Int64, position: Int64, content: Digest) {
    self.shard = shard
    self.partner = partner
    self.incarnation = incarnation
    self.position = position
    self.digits = String(content.description.prefix(8))
  }

  /// `nil` for what is no such name. A partner's code may hold hyphens, the other parts hold none.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 5, parts[0].utf8.count == 2, let shard = Int16(parts[0]), shard >= 0,
      let incarnation = Int64(parts[parts.count - 3]), let position = Int64(parts[parts.count - 2]),
      let digits = parts.last?.lowercased(), digits.utf8.count == 8, UInt32(digits, radix: 16) != nil
    else { return nil }
    self.shard = shard
    self.partner = parts[1..<(parts.count - 3)].joined(separator: "-")
    self.incarnation = incarnation
    self.position = position
    self.digits = digits
  }

  package var description: String {
    "\(shard < 10 ? "0" : "")\(shard)-\(partner)-\(incarnation)-\(position)-\(digits)"
  }
}
