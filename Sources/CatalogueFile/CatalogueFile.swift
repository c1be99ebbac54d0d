package import CarbonInclusion

/// The catalogue as people edit it: one YAML file that holds everything that is policy.
package enum CatalogueFile {
  /// Reads a whole catalogue and judges it: what comes back can be scored with as it is.
  ///
  /// - Parameters:
  ///   - text: The content of the file.
  ///   - fileName: How the faults call the file.
  /// - Throws: All faults that were found, sorted by line.
  package static func read(text: String, fileName: String) throws(CatalogueFaults) -> Catalogue {
    let log = FaultLog()
    let catalogue = YAMLDocument.compose(text, log: log).flatMap { document in
      CatalogueReader(root: YAMLCursor(node: document.root, path: "", masks: document.masks, log: log)).read()
    }
    guard let catalogue, log.isEmpty else { throw CatalogueFaults(fileName: fileName, faults: log.sorted) }
    return catalogue
  }
}
