/// Why bytes are no block.
package enum BlockError: Error, Sendable, Equatable {
  /// The first bytes are not those of this version: another version of the fleet wrote it, or somebody else did.
  case unknownFormat(firstBytes: [UInt8])
  /// More bytes than a block ever has.
  case tooLarge(bytes: Int)
  /// Cut or changed after it was written.
  case damaged
  /// Written wrongly: the checksum is right, but a value at that byte is impossible.
  case malformed(offset: Int, problem: String)
}

extension BlockError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownFormat(let bytes):
      let shown = bytes.map { hexadecimal(UInt64($0)).suffix(2) }.joined(separator: " ")
      return "not a block of format PHB1, PHB2 or PHB3: it begins with the bytes \(shown.isEmpty ? "(none)" : shown)"
    case .tooLarge(let bytes):
      return "a block of \(bytes) bytes, at most \(Block.maxBytes) are allowed"
    case .damaged:
      return "the block is cut or damaged: its checksum does not match"
    case .malformed(let offset, let problem):
      return "byte \(offset) of the block: \(problem)"
    }
  }
}
