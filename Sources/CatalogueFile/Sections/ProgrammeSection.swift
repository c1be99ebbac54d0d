internal import CarbonInclusion

/// `programme`: what the whole catalogue is about, and its clock.
enum ProgrammeSection {
  static func read(_ cursor: YAMLCursor) -> Catalogue.Programme? {
    let keys = [
      "code", "name", "time_zone", "starts_on", "longest_activity", "clock_tolerance", "issuer", "serial_prefix",
    ]
    guard let fields = cursor.mapping(keys: keys) else { return nil }
    var codes = DefinedCodes(noun: "programme")
    let code = codes.define(fields.required("code"))
    let name = fields.required("name")?.name()
    let zone = fields.required("time_zone").flatMap(timeZone)
    let startsOn = fields.required("starts_on")?.day()
    let longest = fields.required("longest_activity")?.positiveSeconds()
    let tolerance = fields.required("clock_tolerance")?.seconds()
    let issuer = fields.optional("issuer")?.name()
    let prefix = fields.optional("serial_prefix").flatMap(serialPrefix)
    guard let code, let name, let zone, let startsOn, let longest, let tolerance else { return nil }
    return Catalogue.Programme(
      code: code, name: name, timeZone: zone.name, utcOffsetSeconds: zone.utcOffsetSeconds, startsOn: startsOn,
      longestActivitySeconds: longest, clockToleranceSeconds: tolerance, issuer: issuer,
      serialPrefix: prefix)
  }

  private static func timeZone(_ cursor: YAMLCursor) -> (name: String, utcOffsetSeconds: Int)? {
    guard let text = cursor.scalar("a time zone") else { return nil }
    guard let zone = FixedZone(text) else {
      let nearest = Suggestion.nearest(to: text, among: FixedZone.names).map { "; did you mean \"\($0)\"?" } ?? ""
      cursor.fault(
        "\"\(text)\" is no zone that is known to have one fixed offset" + nearest
          + "; zones with summer time are refused, since caps and totals count days of 24 hours; known: "
          + FixedZone.names.joined(separator: ", ") + ", or an offset such as UTC+08:00")
      return nil
    }
    return (text, zone.utcOffsetSeconds)
  }

  private static func serialPrefix(_ cursor: YAMLCursor) -> String? {
    guard let text = cursor.scalar("the beginning of serials, such as SX") else { return nil }
    guard text.wholeMatch(of: /[A-Z0-9]{1,8}/) != nil else {
      cursor.fault("has to be 1 to 8 of A-Z and 0-9")
      return nil
    }
    return text
  }
}
