import CarbonInclusion
import CatalogueFile

/// A catalogue file: any text.
enum CatalogueHarness {
  @Sendable static func run(_ bytes: [UInt8]) throws {
    do throws(CatalogueFaults) {
      _ = try CatalogueFile.read(text: String(decoding: bytes, as: UTF8.self), fileName: "catalogue.yaml")
    } catch {
      try promise(!error.faults.isEmpty, "refused without a fault")
      let lines = error.faults.map(\.line)
      try promise(lines == lines.sorted(), "faults out of order:\n\(error)")
      for fault in error.faults {
        try promise((1...bytes.count + 2).contains(fault.line) && fault.column > 0, "no such place: \(fault)")
        try promise(!fault.reason.isEmpty, "a fault without a word: \(fault)")
      }
    }
  }
}
