import CatalogueFile
import Testing

/// One edit of the sample catalogue, and the one fault that it has to lead to.
struct FaultCase: CustomTestStringConvertible, Sendable {
  var what: String
  /// Stands in the sample exactly once.
  var replace: String
  var with: String
  /// Text of the line that the fault has to name: the first line of the edited sample that holds it.
  var line: String
  var path: String
  /// Has to be part of the reason.
  var reason: String

  init(
    _ what: String, replace: String, with: String, line: String? = nil, path: String, reason: String
  ) {
    self.what = what
    self.replace = replace
    self.with = with
    self.line = line ?? with
    self.path = path
    self.reason = reason
  }

  var testDescription: String { what }
}

extension FaultCase {
  /// Makes the edit, reads, and expects this fault and no other.
  func check() throws {
    try #require(SampleCatalogue.text.split(separator: replace, omittingEmptySubsequences: false).count == 2)
    let edited = SampleCatalogue.text.split(separator: replace, omittingEmptySubsequences: false).joined(
      separator: with)
    let before = try #require(edited.firstRange(of: line), "the edited sample does not hold \(line)")
    let expected = edited[..<before.lowerBound].count { $0 == "\n" } + 1
    let faults = SampleCatalogue.faults(in: edited)
    #expect(faults.count == 1, "expected one fault, got \(faults)")
    #expect(faults.first?.line == expected)
    #expect(faults.first?.path == path)
    #expect(faults.first?.reason.contains(reason) == true, "\(faults)")
  }
}
