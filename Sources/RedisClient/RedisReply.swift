internal import CHiredis

/// A reply, owned: its bytes are read where hiredis put them, and freed with it.
package struct RedisReply: ~Copyable {
  /// What a reply is.
  package enum Kind: Sendable {
    case null, integer, string, status, array
  }

  private let tree: UnsafeMutablePointer<redisReply>

  init(owning tree: UnsafeMutablePointer<redisReply>) { self.tree = tree }

  deinit { freeReplyObject(tree) }

  package var kind: Kind {
    switch tree.pointee.type {
    case REDIS_REPLY_INTEGER: .integer
    case REDIS_REPLY_STRING: .string
    case REDIS_REPLY_STATUS: .status
    case REDIS_REPLY_ARRAY: .array
    default: .null
    }
  }

  /// The refusal that the server answered in place of a reply.
  var serverError: RedisError? {
    guard tree.pointee.type == REDIS_REPLY_ERROR else { return nil }
    let (code, message) = tree.pointee.errorParts
    return .server(code: code, message: message)
  }

  /// The number of elements of an array, 0 for any other reply.
  package var count: Int { kind == .array ? tree.pointee.elements : 0 }

  /// A copy of the whole reply, for small ones.
  package var value: RedisValue { RedisValue(copying: tree.pointee) }

  /// A copy of the bytes of a string or a status, `nil` for any other reply.
  package var bytes: [UInt8]? { kind == .string || kind == .status ? [UInt8](tree.pointee.bytes) : nil }

  /// A copy of a string or a status as text, `nil` for any other reply.
  package var string: String? { kind == .string || kind == .status ? tree.pointee.text : nil }

  /// The number that the server answered.
  ///
  /// - Throws: `RedisError.protocolViolation` if it answered something else.
  package func integer() throws(RedisError) -> Int64 {
    guard kind == .integer else { throw .protocolViolation("expected a number, got \(kind)") }
    return tree.pointee.integer
  }

  /// The number at an index of an array.
  ///
  /// - Throws: `RedisError.protocolViolation` if there is none.
  package func integer(at index: Int) throws(RedisError) -> Int64 {
    guard index < count, tree.pointee[index].type == REDIS_REPLY_INTEGER else {
      throw .protocolViolation("expected a number as element \(index) of \(kind)")
    }
    return tree.pointee[index].integer
  }

  /// A copy of the string at an index of an array.
  ///
  /// - Throws: `RedisError.protocolViolation` if there is none.
  package func string(at index: Int) throws(RedisError) -> String {
    guard index < count, tree.pointee[index].type == REDIS_REPLY_STRING else {
      throw .protocolViolation("expected a string as element \(index) of \(kind)")
    }
    return tree.pointee[index].text
  }

  /// Lends the bytes of a string, without a copy; no bytes for any other reply.
  package func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(tree.pointee.bytes.bytes)
  }

  /// Lends the bytes of one element of an array, without a copy; no bytes for an element that is no string. Traps
  /// outside the array.
  package func withBytes<Result, Failure: Error>(
    at index: Int, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(tree.pointee[index].bytes.bytes)
  }

  /// Lends the bytes of each element of an array in turn, without a copy.
  package func forEachBytes<Failure: Error>(_ body: (RawSpan) throws(Failure) -> Void) throws(Failure) {
    for index in 0..<count { try withBytes(at: index, body) }
  }
}
