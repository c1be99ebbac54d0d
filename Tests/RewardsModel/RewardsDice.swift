/// All chance of a plan, from its seed: SplitMix64.
struct RewardsDice: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { roll(0...99) < percent }

  mutating func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(0...elements.count - 1)] }

  /// One of them, the later ones more often.
  mutating func pickRecent<Element>(_ elements: [Element]) -> Element {
    elements[max(roll(0...elements.count - 1), roll(0...elements.count - 1))]
  }

  /// One of some choices that have weights.
  mutating func weigh<Element>(_ choices: [(weight: Int, Element)]) -> Element {
    var point = roll(0...choices.reduce(-1) { $0 + $1.weight })
    for (weight, choice) in choices {
      point -= weight
      if point < 0 { return choice }
    }
    return choices[0].1
  }
}
