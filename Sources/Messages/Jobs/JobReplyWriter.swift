package import CarbonInclusion

/// Writes what a job is answered: `{"id":…,"op":…,"ok":true,…}`, or `"ok":false` with `{"code":…,"message":…}`.
package enum JobReplyWriter {
  /// So much of a job that cannot be answered by its id is sent back, in characters.
  private static let mostTextCharacters = 2_000

  /// - Parameter operation: `nil` where the job names none.
  package static func encoded(_ reply: JobReply, id: String, operation: String?) -> [UInt8] {
    object(id: id, operation, reply.error) { json in
      for field in reply.fields {
        json.name(field.name)
        write(field.value, to: &json)
      }
    }
  }

  /// An answer as the text that is remembered.
  @Sendable package static func text(_ id: String, _ operation: String, _ reply: JobReply) -> String {
    String(decoding: encoded(reply, id: id, operation: operation), as: UTF8.self)
  }

  /// For `puhui:reply:malformed`: who pushed the job can know it by its text alone.
  package static func encoded(malformed fault: JobFault, text: [UInt8]) -> [UInt8] {
    object(id: nil, fault.operation, fault.error) { json in
      // A scalar has at most four bytes, so the rest cannot be among those that are kept.
      let start = String(decoding: text.prefix(Self.mostTextCharacters * 4), as: UTF8.self)
      var kept = String.UnicodeScalarView()
      kept.append(contentsOf: start.unicodeScalars.prefix(Self.mostTextCharacters))
      json.field("text", String(kept))
    }
  }

  /// The same for the job as it lies in a reply of Redis.
  package static func encoded(malformed fault: JobFault, text: RawSpan) -> [UInt8] {
    encoded(malformed: fault, text: (0..<text.byteCount).map { text[$0] })
  }

  private static func object(
    id: String?, _ operation: String?, _ error: JobError?, _ rest: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.field("id", id)
      json.field("op", operation)
      json.field("ok", error == nil)
      if let error {
        json.name("error")
        json.object { json in
          json.field("code", error.code.rawValue)
          json.field("message", error.message)
        }
      }
      rest(&json)
    }
    return json.bytes
  }

  private static func write(_ value: JobReply.Value, to json: inout JSONWriter) {
    switch value {
    case .text(let text): json.string(text)
    case .integer(let number): json.integer(number)
    case .flag(let flag): json.boolean(flag)
    case .absent: json.null()
    case .list(let values): json.array { json in for value in values { write(value, to: &json) } }
    case .document(let text): json.document(text)
    }
  }
}
