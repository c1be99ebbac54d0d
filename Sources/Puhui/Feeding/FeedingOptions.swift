import ArgumentParser

/// How a feeding command behaves towards a list that is too long.
struct FeedingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Stand back while the list is longer.", valueName: "messages"))
  var maxLength = 100_000

  @Option(help: ArgumentHelp("How long to stand back before giving up.", valueName: "seconds"))
  var patience = 60

  func validate() throws {
    guard maxLength > 0 else { throw ValidationError("--max-length must be at least 1") }
    guard (0...86_400).contains(patience) else { throw ValidationError("--patience must be from 0 to 86400 seconds") }
  }
}

/// Whether a text can be the code of a partner: `[a-z0-9][a-z0-9-]{1,39}`.
func isCode(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  return (2...40).contains(bytes.count) && bytes[0] != UInt8(ascii: "-")
    && bytes.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "-")
    }
}
