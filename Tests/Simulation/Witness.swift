import CarbonInclusion

/// What is known of a run from outside of the fleet.
struct Witness: Sendable {
  struct Deaths: Sendable {
    var alone = 0
    var inCompany = 0

    mutating func count(isAlone: Bool) { if isAlone { alone += 1 } else { inCompany += 1 } }
  }

  private struct Content: Hashable, Sendable {
    var partner: Int16
    var digest: Digest
  }

  private(set) var pushes: [PushedMessage] = []
  /// Lanes that died with something alone in hand, by its digest.
  var deathsAlone: [UInt64: Int] = [:]
  var poisonDeaths: [String: Deaths] = [:]
  var lastPoisonAt: Int64 = 0
  /// How often a list began a new life.
  var newLives = 0
  /// What partners were told: the beginning of each notice, up to its reason.
  private(set) var notices: Set<String> = []
  private var contents: [Content: Set<String>] = [:]
  /// Which push stood where, of what left its inbox.
  var handedOn: [MessagePosition: Int] = [:]

  /// - Returns: the number of the push.
  mutating func pushed(_ message: PushedMessage) -> Int {
    pushes.append(message)
    let partner = Int16(message.partner + 1)
    for digest in [message.content, message.payloadDigest] {
      contents[.init(partner: partner, digest: digest), default: []].formUnion(message.id.map { [$0] } ?? [])
    }
    return pushes.count - 1
  }

  mutating func lose(_ push: Int) { pushes[push].isLost = true }

  func isPushed(partner: Int16, content: Digest) -> Bool { contents[.init(partner: partner, digest: content)] != nil }

  func ids(partner: Int16, content: Digest) -> Set<String> { contents[.init(partner: partner, digest: content)] ?? [] }

  mutating func told(_ partner: String, _ json: [UInt8]) {
    let text = String(decoding: json, as: UTF8.self)
    notices.insert(partner + " " + (text.firstRange(of: #","reason""#).map { String(text[..<$0.lowerBound]) } ?? text))
  }

  func wasTold(partner: Int16, id: String?, outcome: Outcome) -> Bool {
    let name = SimulatedCatalogue.partners[Int(partner) - 1]
    let id = id.map { "\"\($0)\"" } ?? "null"
    return notices.contains(#"\#(name) {"id":\#(id),"outcome":"\#(outcome.code)""#)
  }
}
