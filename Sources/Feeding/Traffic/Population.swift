/// The residents: how active each one is, where they live, what they are called. The same in every run.
///
/// Activity falls with rank about as Zipf's law has it, with a flat head, as people have only so many hours: of 1.3
/// million, the most active hundredth does a fifth of everything, and nobody over forty times the mean.
struct Population: Sendable {
  let count: UInt32

  /// Samples a resident: rank = count × u × (1/40 + 39/40 × u²) for an even u, in 32-bit fixed point.
  func resident(_ random: inout SeededRandom) -> UInt32 {
    let even = random.next() >> 32
    let head: UInt64 = (1 << 32) / 40
    let slope = head + ((((1 << 32) - head) * ((even * even) >> 32)) >> 32)
    let position = (even * slope) >> 32
    return UInt32(truncatingIfNeeded: (position * UInt64(count)) >> 32)
  }

  static func home(of resident: UInt32) -> Int32 { ShanxiRegion.sample(SeededRandom.mix(UInt64(resident) + 1 << 40)) }

  /// A stable number that belongs to the resident, such as that of a car.
  static func number(of resident: UInt32) -> UInt64 { SeededRandom.mix(UInt64(resident) + 2 << 40) }

  /// Appends the pseudonymous id, in the form of a WeChat open id.
  static func appendId(of resident: UInt32, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: "o6_".utf8)
    // Eleven letters of six bits hold a mixed number whole, so that no two residents share an id.
    appendLetters(SeededRandom.mix(UInt64(resident)), to: &bytes)
    appendLetters(SeededRandom.mix(UInt64(resident) + 3 << 40), to: &bytes)
  }

  private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private static func appendLetters(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    for _ in 0..<11 {
      bytes.append(alphabet[Int(rest & 63)])
      rest >>= 6
    }
  }
}
