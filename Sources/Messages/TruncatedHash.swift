/// The first sixteen bytes of a hash as two big-endian words: the 128 bits that are stored.
func firstWords(of hash: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64) {
  (
    UInt64(bigEndian: hash.loadUnaligned(as: UInt64.self)),
    UInt64(bigEndian: hash.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
  )
}

/// Sixteen hexadecimal digits.
func hexadecimal(_ word: UInt64) -> String {
  let digits = String(word, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
