import Messages

/// The reply to a job, for a person or a program.
struct JobAnswer {
  let id: String
  let bytes: [UInt8]

  /// Texts of more characters are said to be there, and not shown.
  private static let longestShown = 400

  /// - Throws: `CommandFailure` where the job was refused, after it was shown to a program.
  func show(json: Bool) throws {
    let reply = try reply()
    if json { Console.print(String(decoding: bytes, as: UTF8.self)) }
    guard case .bool(true)? = reply["ok"] else { throw refusal(reply) }
    if !json { Console.print(text(reply)) }
  }

  /// What the fleet wrote.
  func reply() throws -> JSON {
    do throws(JSONFault) {
      return try JSON(reading: bytes)
    } catch {
      throw CommandFailure(.failure, "the reply to job \(id) is no JSON: \(error): is another program writing it?")
    }
  }

  private func refusal(_ reply: JSON) -> CommandFailure {
    let error = reply["error"]
    let code = error?["code"]?.string ?? "no code"
    let message = error?["message"]?.string ?? "without a word"
    return CommandFailure(.failure, "\(reply["op"]?.string ?? "job") \(id) was refused, \(code): \(message)")
  }

  private func text(_ reply: JSON) -> String {
    var lines = ["\(reply["op"]?.string ?? "job") \(id): done"]
    let fields = reply.fields.filter { !["id", "op", "ok"].contains($0.name) }
    let width = fields.map(\.name.count).max() ?? 0
    for (name, value) in fields {
      let label = name + String(repeating: " ", count: width - name.count)
      if case .array(let items) = value, items.contains(where: { !$0.fields.isEmpty }) {
        lines += ["\(name):", table(items)]
      } else {
        lines.append("  \(label)  \(shown(value, as: name))")
      }
    }
    if reply["status"]?.string == "awaiting_approval" {
      lines.append("It waits for another administrator: puhui job approve --job \(id) --as …")
    }
    return lines.joined(separator: "\n")
  }

  /// A line for each object, a column for each name that any of them has.
  private func table(_ items: [JSON]) -> String {
    var names: [String] = []
    for item in items { for field in item.fields where !names.contains(field.name) { names.append(field.name) } }
    var table = Table(
      names.map { name in
        let isNumber = items.contains { if case .integer? = $0[name] { true } else { false } }
        return .init(title: name, isNumber: isNumber)
      })
    table.rows = items.map { item in names.map { name in item[name].map { shown($0, as: name) } ?? "" } }
    return table.text()
  }

  private func shown(_ value: JSON, as name: String) -> String {
    switch value {
    case .null: return "–"
    case .integer(let number): return name.hasSuffix("_mg") ? Amounts.grams(number) : Amounts.count(number)
    case .string(let text): return abridged(text)
    case .array(let items) where items.isEmpty: return "none"
    case .array(let items): return items.map { shown($0, as: name) }.joined(separator: ", ")
    case .bool, .decimal, .object: return abridged(value.text)
    }
  }

  private func abridged(_ text: String) -> String {
    guard text.unicodeScalars.count > Self.longestShown else { return text }
    return "(\(Amounts.bytes(Int64(text.utf8.count))); --json shows all of it)"
  }
}
