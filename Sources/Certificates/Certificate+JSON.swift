internal import CarbonInclusion
internal import Messages

extension Certificate {
  /// The one text that a certificate has: fields in this order, no white space, integers as integers. The signature is
  /// over exactly these bytes.
  ///
  /// - Parameter seal: the signature of the QR code's text; see `SealedCode`.
  func canonical(seal: String) -> String {
    var json = JSONWriter()
    json.object { json in
      json.field("version", Self.version)
      json.field("serial", serial)
      json.write("programme", programme)
      json.write("issuer", issuer)
      json.field("resident", resident)
      json.field("holder", holder)
      json.write("title", title)
      json.field("reduction_mg", reductionMilligrams)
      json.field("actions", actions)
      json.name("categories")
      json.array { json in
        for share in categories {
          json.object { json in
            json.field("code", share.code)
            json.write("name", share.name)
            json.field("reduction_mg", share.reductionMilligrams)
            json.field("actions", share.actions)
          }
        }
      }
      json.field("from", "\(from)")
      json.field("to", "\(to)")
      json.field("issued", "\(issued)")
      json.field("key", key)
      json.field("seal", seal)
    }
    return json.text
  }

  /// Reads what `canonical` writes, field by field. Whoever calls compares the bytes.
  init(_ reader: inout JSONCursor, seal: inout String) throws(JSONCursor.Fault) {
    try reader.expect("{")
    let version = try reader.field("version", isFirst: true) { reader throws(JSONCursor.Fault) in try reader.integer() }
    guard version == Self.version else {
      throw reader.fault("this is a certificate of form \(version), and this binary knows form \(Self.version)")
    }
    serial = try reader.text("serial")
    programme = try reader.name("programme")
    issuer = try reader.name("issuer")
    resident = try reader.text("resident")
    holder = try reader.text("holder")
    title = try reader.name("title")
    reductionMilligrams = try reader.number("reduction_mg")
    actions = try reader.number("actions")
    categories = try reader.field("categories") { reader throws(JSONCursor.Fault) in
      try reader.array { reader throws(JSONCursor.Fault) in try Share(&reader) }
    }
    from = try reader.day("from")
    to = try reader.day("to")
    issued = try reader.day("issued")
    key = try reader.text("key")
    seal = try reader.text("seal")
    try reader.expect("}")
  }
}

extension Certificate.Share {
  fileprivate init(_ reader: inout JSONCursor) throws(JSONCursor.Fault) {
    try reader.expect("{")
    code = try reader.text("code", isFirst: true)
    name = try reader.name("name")
    reductionMilligrams = try reader.number("reduction_mg")
    actions = try reader.number("actions")
    try reader.expect("}")
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ field: String, _ name: Catalogue.Name) {
    self.name(field)
    object { json in
      json.field("zh", name.chinese)
      json.field("en", name.english)
    }
  }
}

extension JSONCursor {
  fileprivate mutating func name(_ field: String) throws(Fault) -> Catalogue.Name {
    try self.field(field) { reader throws(Fault) in
      try reader.expect("{")
      let chinese = try reader.text("zh", isFirst: true)
      let english = try reader.text("en")
      try reader.expect("}")
      return Catalogue.Name(chinese: chinese, english: english)
    }
  }

  fileprivate mutating func day(_ field: String) throws(Fault) -> Day {
    let text = try text(field)
    guard let day = Day(text) else { throw fault("\"\(text)\" is no day") }
    return day
  }
}
