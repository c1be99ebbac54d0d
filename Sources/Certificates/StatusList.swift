package import CarbonInclusion
internal import Messages

/// What became of all certificates up to a day: the file that is checked against where the issuer cannot be asked.
package struct StatusList: Sendable, Equatable {
  /// Complete up to and including the day before; certificates of this day may be missing.
  package var asOf: Day
  package var statuses: [String: CertificateStatus]

  package init(asOf: Day, statuses: [String: CertificateStatus]) {
    self.asOf = asOf
    self.statuses = statuses
  }

  /// Sorted by serial, one certificate a line.
  package var json: String {
    let lines = statuses.sorted { ($0.key.utf8.count, $0.key) < ($1.key.utf8.count, $1.key) }.map { serial, status in
      var json = JSONWriter()
      json.object { json in
        json.field("serial", serial)
        json.field("status", status.word)
        var (successor, reason): (String?, String?)
        if case .superseded(let serial) = status { successor = serial }
        if case .revoked(let text) = status { reason = text }
        json.field("superseded_by", successor)
        json.field("reason", reason)
      }
      return json.text
    }
    return "{\"as_of\":\"\(asOf)\",\"certificates\":[" + (lines.isEmpty ? "" : "\n" + lines.joined(separator: ",\n"))
      + "\n]}"
  }

  /// Reads what `json` writes; white space does not matter.
  ///
  /// - Throws: `.badStatusList`, naming the byte.
  package init(json text: String) throws(CertificateFault) {
    do throws(JSONCursor.Fault) {
      var reader = JSONCursor(Array(text.utf8))
      try reader.expect("{")
      let day = try reader.text("as_of", isFirst: true)
      guard let asOf = Day(day) else { throw reader.fault("\"\(day)\" is no day") }
      let pairs = try reader.field("certificates") { reader throws(JSONCursor.Fault) in
        try reader.array { reader throws(JSONCursor.Fault) in try Self.entry(&reader) }
      }
      try reader.expect("}")
      try reader.finish()
      self.asOf = asOf
      statuses = Dictionary(pairs) { _, later in later }
    } catch {
      throw .badStatusList("byte \(error.offset): \(error.problem)")
    }
  }

  private static func entry(_ reader: inout JSONCursor) throws(JSONCursor.Fault) -> (String, CertificateStatus) {
    try reader.expect("{")
    let serial = try reader.text("serial", isFirst: true)
    let word = try reader.text("status")
    let successor = try reader.optionalText("superseded_by")
    let reason = try reader.optionalText("reason")
    guard let status = CertificateStatus(word: word, supersededBy: successor, reason: reason) else {
      throw reader.fault("\(serial) is issued, superseded with superseded_by, or revoked with a reason")
    }
    try reader.expect("}")
    return (serial, status)
  }
}
