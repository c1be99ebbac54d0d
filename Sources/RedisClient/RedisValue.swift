internal import CHiredis

/// A copied reply of any shape, for small replies such as those of `INFO`, `XINFO` or a script's nested table.
package enum RedisValue: Sendable, Equatable {
  case null
  case integer(Int64)
  case bytes([UInt8])
  case status(String)
  case error(code: String, message: String)
  case array([RedisValue])

  /// A string or status as text, `nil` for any other reply.
  package var text: String? {
    switch self {
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .status(let text): text
    default: nil
    }
  }
}

extension RedisValue {
  init(copying reply: redisReply) {
    switch reply.type {
    case REDIS_REPLY_INTEGER: self = .integer(reply.integer)
    case REDIS_REPLY_STRING: self = .bytes([UInt8](reply.bytes))
    case REDIS_REPLY_STATUS: self = .status(reply.text)
    case REDIS_REPLY_ERROR: self = .error(code: reply.errorParts.code, message: reply.errorParts.message)
    case REDIS_REPLY_ARRAY: self = .array((0..<reply.elements).map { RedisValue(copying: reply[$0]) })
    default: self = .null
    }
  }
}

/// How hiredis lays out a reply. The memory is the reply's: nothing here may outlive it uncopied.
extension redisReply {
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: str, count: str == nil ? 0 : len) }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The first word of an error reply, and the rest of it.
  var errorParts: (code: String, message: String) {
    let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(words.first ?? ""), words.count > 1 ? String(words[1]) : "")
  }

  /// An element of an array. Traps outside the array, as an array does.
  subscript(index: Int) -> redisReply {
    precondition(type == REDIS_REPLY_ARRAY && index >= 0 && index < elements, "no element \(index) in this reply")
    guard let element = element[index] else { preconditionFailure("hiredis left element \(index) out") }
    return element.pointee
  }
}
