import CarbonInclusion
import Certificates
import Foundation
import FoundationXML
import Testing

/// The picture, whatever stands in it.
@Suite struct DrawingTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var holder = "李晋"
    var resident = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
    var milligrams: [Int64] = [10_450_000, 45_720]
    var issuer = "三晋绿色生活平台"
  }

  static let cases: [Case] = [
    .init(testDescription: "usual"),
    .init(testDescription: "no-name", holder: "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"),
    .init(testDescription: "markup", holder: "<script>&\"'</text> ]]> &amp; <!--"),
    .init(testDescription: "emoji", holder: "🌱👩‍👩‍👧‍👦🚲 Zoë 🇨🇳"),
    .init(testDescription: "right-to-left", holder: "ليلى بنت أحمد לילה"),
    .init(testDescription: "long-latin", holder: String(repeating: "Wm", count: 32)),
    .init(testDescription: "long-chinese", holder: String(repeating: "晋", count: 64)),
    .init(testDescription: "long-resident", resident: String(repeating: "M", count: 64)),
    .init(testDescription: "odd-resident", resident: "a&b<c>\"'\\ ]]>"),
    .init(testDescription: "grams", milligrams: [45_720]),
    .init(testDescription: "nothing", milligrams: [0]),
    .init(testDescription: "tonnes", milligrams: [1_234_567_891_234, 999_999_999_999, 500_000_000, 3]),
    .init(testDescription: "seven", milligrams: [7_000_000, 6_000_000, 5_000_000, 4_000_000, 3_000_000, 2_000_000, 1]),
    .init(testDescription: "largest", milligrams: [Int64.max]),
    .init(testDescription: "issuer", issuer: String(repeating: "山西省生态环境厅与文化和旅游厅", count: 4)),
  ]

  static func svg(_ sample: Case) throws -> String {
    try Sample.signed(
      Sample.certificate(
        holder: sample.holder, resident: sample.resident, milligrams: sample.milligrams, issuer: sample.issuer)
    ).svg
  }

  @Test(arguments: cases)
  func `a picture is well-formed, and carries what was signed`(_ sample: Case) throws {
    let svg = try Self.svg(sample)
    let document = try XMLDocument(xmlString: svg)
    let metadata = try document.nodes(forXPath: "//*[local-name()='metadata']").compactMap(\.stringValue)
    let signed = try SignedCertificate(json: Array(try #require(metadata.first).utf8))
    #expect(metadata.count == 1 && signed.certificate.holder == sample.holder)
    let shown = try CertificateVerifier.verify(Array(svg.utf8), Sample.keyring(1))
    #expect(shown == .certificate(signed.certificate))
    // Nothing that a name brings becomes an element.
    let elements = try document.nodes(forXPath: "//*").compactMap(\.name)
    #expect(Set(elements).isSubset(of: Self.elements), "\(Set(elements))")
    if let folder = ProcessInfo.processInfo.environment["PUHUI_TEST_PICTURES"] {
      try (svg + "\n").write(toFile: "\(folder)/\(sample.testDescription).svg", atomically: true, encoding: .utf8)
    }
  }

  @Test func `what was issued in form 1 is still genuine, to the byte`() throws {
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
    for name in ["form-1.svg", "form-1.json"] {
      let bytes = Array(try Data(contentsOf: golden.appendingPathComponent(name)))
      let shown = try CertificateVerifier.verify(bytes, Sample.keyring(1))
      #expect(shown == .certificate(try Sample.signed().certificate), "\(name)")
    }
  }

  static let elements: Set<String> = [
    "svg", "title", "metadata", "style", "rect", "g", "ellipse", "path", "text", "tspan", "clipPath",
  ]
}

/// What other programs make of the picture; they are not needed to build or run Puhui.
@Suite struct RasterTests {
  static let renderer = program("rsvg-convert")
  static let reader = program("zbarimg")

  @Test(.enabled(if: renderer != nil), arguments: DrawingTests.cases)
  func `a renderer draws it, and the QR code in it can be read and checked`(_ sample: DrawingTests.Case) throws {
    let svg = FileManager.default.temporaryDirectory.appendingPathComponent("certificate-\(UUID()).svg")
    let png = svg.appendingPathExtension("png")
    defer { for file in [svg, png] { try? FileManager.default.removeItem(at: file) } }
    try DrawingTests.svg(sample).write(to: svg, atomically: true, encoding: .utf8)
    _ = try Self.run(try #require(Self.renderer), ["--width", "1050", "--output", png.path, svg.path])
    let bytes = try Data(contentsOf: png)
    #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) && bytes.count > 10_000)
    guard let reader = Self.reader else { return }
    let text = try Self.run(reader, ["-q", "--raw", png.path])
    guard case .code(let code) = try CertificateVerifier.verify(Array(text.utf8), Sample.keyring(1)) else {
      Issue.record("no QR code: \(text)")
      return
    }
    #expect(code.reductionMilligrams == sample.milligrams.reduce(0, +))
  }

  private static func program(_ name: String) -> String? {
    ["/usr/bin/", "/usr/local/bin/"].map { $0 + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private static func run(_ path: String, _ arguments: [String]) throws -> String {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(path) ended with \(process.terminationStatus)")
    return text
  }
}
