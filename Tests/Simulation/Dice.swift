/// All chance of a run, from its seed: SplitMix64.
struct Dice: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ perMille: Int) -> Bool { perMille > 0 && Int.random(in: 0..<1000, using: &self) < perMille }

  mutating func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// Milliseconds out of a range, in microseconds.
  mutating func milliseconds(_ range: ClosedRange<Int>) -> Int64 { Int64(roll(range)) * 1000 + Int64(roll(0...999)) }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(0...elements.count - 1)] }
}
