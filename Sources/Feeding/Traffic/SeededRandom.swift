/// Numbers that look random and are the same for the same seed on every machine and with every version.
///
/// xoshiro256** 1.0 by Blackman and Vigna, its state filled by SplitMix64, as they recommend.
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  package init(seed: UInt64) {
    let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15
    state = (
      Self.mix(seed &+ gamma), Self.mix(seed &+ 2 &* gamma), Self.mix(seed &+ 3 &* gamma), Self.mix(seed &+ 4 &* gamma)
    )
  }

  package mutating func next() -> UInt64 {
    let result = Self.rotated(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotated(state.3, by: 45)
    return result
  }

  /// A number from 0 up to, but not including, the bound; its bias is under bound / 2⁶⁴.
  mutating func below(_ bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }

  /// A number from the first to the last of the range.
  mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(below(UInt64(range.upperBound - range.lowerBound) + 1))
  }

  /// The finishing function of SplitMix64: every input has an output of its own that looks random.
  static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private static func rotated(_ value: UInt64, by bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
}
