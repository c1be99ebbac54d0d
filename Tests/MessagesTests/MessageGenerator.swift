/// Makes texts that are activity messages, nearly so, or plain JSON, from a seed.
struct MessageGenerator {
  var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  /// An activity message whose fields are mostly valid and sometimes anything.
  mutating func activity() -> [UInt8] {
    let oddPercent = random.pick([0, 0, 3, 10, 30])
    var fields: [(name: String, value: String)] = []
    for (name, share) in [
      ("id", 100), ("resident", 100), ("behaviour", 97), ("quantity", 90), ("unit", 90), ("ended_at", 100),
      ("started_at", 60), ("region", 50), ("evidence", 50), ("claimed_g", 50), ("seq", 50), ("reverses", 0),
    ] where random.chance(share) && !random.chance(oddPercent / 6) {
      fields.append((name, value(of: name, isOdd: random.chance(oddPercent))))
    }
    if random.chance(12) {
      fields.append(("reverses", value(of: "reverses", isOdd: random.chance(oddPercent))))
      if random.chance(80) { fields.removeAll { ["behaviour", "quantity", "unit"].contains($0.name) } }
    }
    if random.chance(30) { fields.append((random.pick(MessagePools.unknownNames), anyValue(depth: 1))) }
    if random.chance(4), let twice = fields.randomElement(using: &random) { fields.append(twice) }
    if random.chance(50) { fields.shuffle(using: &random) }
    let parts = fields.map { field in
      white() + string(field.name, escapePercent: random.chance(5) ? 50 : 0) + white() + ":" + white() + field.value
        + white()
    }
    return Array((white() + "{" + parts.joined(separator: ",") + (parts.isEmpty ? white() : "") + "}" + white()).utf8)
  }

  /// A JSON text of any kind, within or beyond the depth that is allowed.
  mutating func json() -> [UInt8] {
    if random.chance(15) {
      let depth = Int.random(in: 1...18, using: &random)
      let inner = random.chance(50) ? "" : anyValue(depth: 20)
      let opened = (0..<depth).map { _ in random.pick(["[", "{\"a\":"]) }
      let closed = opened.reversed().map { $0 == "[" ? "]" : "}" }
      let isBareName = inner.isEmpty && opened.last != "["
      return Array((opened.joined() + (isBareName ? "1" : inner) + closed.joined()).utf8)
    }
    return Array((white() + anyValue(depth: 0) + white()).utf8)
  }

  /// The same with one to three faults: bytes changed, put in, taken out, repeated, or cut off.
  mutating func mutated(_ message: [UInt8]) -> [UInt8] {
    var bytes = message
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: random.pick(MessagePools.byteRuns), at: place)
      case 3 where place < bytes.count: bytes[place] = random.pick(MessagePools.byteRuns)[0]
      case 4:
        let end = Int.random(in: place...bytes.count, using: &random)
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      default: if random.chance(20) { bytes.removeLast(bytes.count - place) }
      }
    }
    return bytes
  }

  private mutating func value(of field: String, isOdd: Bool) -> String {
    guard !isOdd else {
      return random.chance(70) ? random.pick(MessagePools.odd[field] ?? ["null"]) : anyValue(depth: 14)
    }
    switch field {
    case "quantity", "claimed_g":
      if random.chance(70) { return random.pick(MessagePools.usualNumbers) }
      return random.chance(60) ? number() : "\"\(number())\""
    case "seq": return random.chance(90) ? String(UInt32.random(in: 0...9_999_999, using: &random)) : number()
    case "ended_at": return random.chance(80) ? "\"2022-11-29T08:23:00+08:00\"" : "\"\(time())\""
    case "started_at": return random.chance(85) ? random.pick(MessagePools.usualStarts) : "\"\(time())\""
    case "region": return random.pick(["\"140105\"", "\"140000\"", "\"000000\""])
    case "behaviour": return random.pick(["\"shared-bike-ride\"", "\"ev-charging\"", "\"0a\"", "\"check-in\""])
    case "unit": return random.pick(["\"km\"", "\"m\"", "\"kWh\"", "\"Wh\"", "\"order\"", "\"step\"", "\"item\""])
    case "evidence":
      return string(
        random.chance(70) ? "bike:8620331" : random.pick(MessagePools.texts), escapePercent: random.pick([0, 20]))
    default: return string(random.pick(MessagePools.identifiers), escapePercent: random.pick([0, 0, 30]))
    }
  }

  /// Any number that the grammar knows, mostly small ones.
  private mutating func number() -> String {
    var text = random.chance(6) ? "-" : ""
    let whole = digits(random.pick([1, 1, 2, 3, 11, 12, 13, 19, 40]))
    text += whole.drop { $0 == "0" }.isEmpty ? "0" : String(whole.drop { $0 == "0" })
    if random.chance(50) { text += "." + digits(random.pick([1, 2, 3, 5, 6, 7, 12])) }
    if random.chance(15) {
      text += random.pick(["e", "E"]) + random.pick(["", "+", "-"]) + digits(random.pick([1, 1, 2, 3, 25]))
    }
    return text
  }

  private mutating func digits(_ count: Int) -> String {
    let isRound = random.chance(30)
    return (0..<count).map { index in
      isRound && index > 0 ? "0" : String(Int.random(in: 0...9, using: &random))
    }.joined()
  }

  /// A time near the edges of what exists.
  private mutating func time() -> String {
    func two(_ range: ClosedRange<Int>, _ random: inout SeededRandom) -> String {
      let value =
        random.chance(20) ? random.pick([range.lowerBound, range.upperBound]) : Int.random(in: range, using: &random)
      return (value < 10 ? "0" : "") + String(value)
    }
    let year = random.pick([
      "2022", "2024", "1900", "2000", "0001", "9999", "0014", "1970", random.chance(5) ? "0000" : "2023",
    ])
    let month = two(random.chance(8) ? 0...13 : 1...12, &random)
    let day = two(random.chance(30) ? 28...32 : 1...28, &random)
    let clock =
      random.chance(10)
      ? random.pick(["23:59:60", "07:59:60", "15:59:60", "24:00:00", "23:59:59", "08:60:00", "08:00:61"])
      : "\(two(0...23, &random)):\(two(0...59, &random)):\(two(0...59, &random))"
    let fraction = random.chance(40) ? "." + digits(random.pick([1, 3, 6, 7, 9, random.chance(20) ? 10 : 9])) : ""
    let offset = random.pick(["Z", "z", "+08:00", "-08:00", "+00:00", "-00:00", "+23:59", "-23:59", "+05:45"])
    let odd = random.pick(["", "+0800", "+24:00", "+08:60", "+8:00", " +08:00", "ZZ"])
    return "\(year)-\(month)-\(day)" + random.pick(["T", "T", "t", " "]) + clock + fraction
      + (random.chance(6) ? odd : offset)
  }

  private mutating func anyValue(depth: Int) -> String {
    let isLeaf = depth > 2 || random.chance(40)
    if isLeaf {
      return switch Int.random(in: 0..<4, using: &random) {
      case 0: random.pick(["null", "true", "false"])
      case 1: number()
      default: string(random.pick(MessagePools.texts), escapePercent: random.pick([0, 10, 100]))
      }
    }
    let count = Int.random(in: 0...3, using: &random)
    if random.chance(50) {
      return "[" + white() + (0..<count).map { _ in anyValue(depth: depth + 1) }.joined(separator: white() + ",") + "]"
    }
    let fields = (0..<count).map { _ in
      string(random.pick(MessagePools.unknownNames), escapePercent: 0) + white() + ":" + anyValue(depth: depth + 1)
    }
    return "{" + white() + fields.joined(separator: "," + white()) + white() + "}"
  }

  /// A string in quotes, with some of its characters escaped though they need not be.
  private mutating func string(_ text: String, escapePercent: Int) -> String {
    var out = "\""
    for unit in text.unicodeScalars {
      let mustEscape = unit == "\"" || unit == "\\" || unit.value < 0x20
      if mustEscape || random.chance(escapePercent) {
        for half in String(unit).utf16 {
          let digits = String(half, radix: 16, uppercase: random.chance(50))
          out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      } else {
        out.unicodeScalars.append(unit)
      }
    }
    return out + "\""
  }

  private mutating func white() -> String { random.chance(85) ? "" : random.pick([" ", "\t", "\n", "\r", "  \n"]) }
}
