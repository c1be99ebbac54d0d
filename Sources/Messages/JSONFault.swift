/// Why a text is no acceptable JSON, and at which byte.
package struct JSONFault: Error, Sendable, Equatable {
  /// What kind of refusal this is.
  package enum Kind: Sendable {
    /// Over `JSONScanner.maxBytes`; nothing was read.
    case tooLarge
    /// Not JSON as RFC 8259 says it, or nested too deeply.
    case malformed
  }

  package let kind: Kind
  /// Counted from 0. At the end of the text where it stops too early.
  package let offset: Int
  /// What was expected there, or what is wrong.
  package let problem: String

  package init(kind: Kind = .malformed, at offset: Int, _ problem: String) {
    self.kind = kind
    self.offset = offset
    self.problem = problem
  }
}

extension JSONFault: CustomStringConvertible {
  /// `byte 27: expected ':' after a field name`.
  package var description: String { "byte \(offset): \(problem)" }
}
