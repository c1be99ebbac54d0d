/// The newest drafts, up to a limit.
struct RecentDrafts: Sendable {
  private let limit: Int
  private var drafts: [TrafficDraft] = []
  private var oldest = 0

  init(limit: Int) {
    precondition(limit > 0, "a memory of nothing")
    self.limit = limit
  }

  var count: Int { drafts.count }

  mutating func remember(_ draft: TrafficDraft) {
    guard drafts.count == limit else {
      drafts.append(draft)
      return
    }
    drafts[oldest] = draft
    oldest = oldest + 1 == limit ? 0 : oldest + 1
  }

  /// A place among them that holds a wanted draft; `nil` if a few tries find none.
  func place(_ random: inout SeededRandom, where isWanted: (TrafficDraft) -> Bool) -> Int? {
    guard !drafts.isEmpty else { return nil }
    for _ in 0..<8 {
      let place = Int(random.below(UInt64(drafts.count)))
      if isWanted(drafts[place]) { return place }
    }
    return nil
  }

  subscript(place: Int) -> TrafficDraft {
    get { drafts[place] }
    set { drafts[place] = newValue }
  }
}
