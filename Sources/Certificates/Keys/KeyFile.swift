/// The lines of a key file: `name: value`; empty lines, and what begins with `#`, say nothing.
enum KeyFile {
  static func lines(_ text: String) -> [(number: Int, text: Substring)] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      let isRemark = line.allSatisfy { $0 == " " || $0 == "\r" } || line.first == "#"
      return isRemark ? nil : (index + 1, line.last == "\r" ? line.dropLast() : line)
    }
  }

  static func fields(_ text: String, names: [String]) throws(CertificateFault) -> [String: String] {
    var fields: [String: String] = [:]
    for (number, line) in lines(text) {
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.drop { $0 == " " } }
      guard parts.count == 2, names.contains(String(parts[0])), fields[String(parts[0])] == nil else {
        throw .badKeyFile("line \(number) is none of \(names.map { "`\($0): …`" }.joined(separator: ", "))")
      }
      fields[String(parts[0])] = String(parts[1])
    }
    return fields
  }
}
