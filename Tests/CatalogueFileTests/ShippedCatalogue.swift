import CarbonInclusion
import CatalogueFile

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The catalogue that the project ships.
enum ShippedCatalogue {
  /// The text of `deploy/catalogue/shanxi.yaml`, found from this file's own place.
  static func text(filePath: String = #filePath) throws -> String {
    let root = filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return try String(contentsOfFile: "/\(root)/deploy/catalogue/shanxi.yaml", encoding: .utf8)
  }

  static func read() throws -> Catalogue { try CatalogueFile.read(text: text(), fileName: "shanxi.yaml") }
}
