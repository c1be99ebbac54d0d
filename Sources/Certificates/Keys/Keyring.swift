internal import CarbonInclusion

/// Public keys: all that were ever used, so that certificates from before a rotation can be checked too.
package struct Keyring: Sendable, Equatable {
  package var keys: [PublicKey]

  package init(_ keys: [PublicKey]) { self.keys = keys }

  package subscript(id: String) -> PublicKey? { keys.first { $0.id == id } }
}

extension Keyring {
  /// As a file, one key a line.
  package var fileText: String {
    """
    # Puhui: public keys of certificates. Anybody may have them.
    # id, public key (Ed25519, Base64), first and last day of use (- is still in use)

    """ + keys.map { "\($0.id) \(Base64.text($0.bytes)) \($0.validFrom) \($0.retired?.description ?? "-")\n" }.joined()
  }

  /// - Throws: `.badKeyFile`, naming the line.
  package init(fileText: String) throws(CertificateFault) {
    keys = []
    guard !KeyFile.lines(fileText).contains(where: { $0.text.hasPrefix("private:") }) else {
      throw .badKeyFile("this is a private key: `puhui certificate key public FILE` makes the keyring of it")
    }
    for (number, line) in KeyFile.lines(fileText) {
      let words = line.split(separator: " ")
      guard words.count == 4, let bytes = Base64.bytes(words[1]), bytes.count == 32, let from = Day(words[2]) else {
        throw .badKeyFile("line \(number) is not `id public-key first-day last-day`")
      }
      let retired = words[3] == "-" ? nil : Day(words[3])
      let key = PublicKey(bytes: bytes, validFrom: from, retired: retired)
      guard words[3] == "-" || retired != nil else { throw .badKeyFile("line \(number): \"\(words[3])\" is no day") }
      guard key.id == words[0] else { throw .badKeyFile("line \(number): this key's id is \(key.id), not \(words[0])") }
      guard self[key.id] == nil else { throw .badKeyFile("line \(number): key \(key.id) stands here twice") }
      keys.append(key)
    }
    guard !keys.isEmpty else { throw .badKeyFile("there is no key in it") }
  }
}
