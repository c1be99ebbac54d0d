import ArgumentParser
import Certificates

/// Where a certificate is written, and as what.
struct CertificateFiles: ParsableArguments {
  @Option(help: ArgumentHelp("The picture; - is standard output. Default: SERIAL.svg.", valueName: "file"))
  var out: String?

  @Flag(help: "Also as signed JSON, beside the picture; with --out - in its place.") var json = false
  @Flag(help: "Also as PNG, by rsvg-convert.") var png = false
  @Flag(help: "Also as PDF (A4), by rsvg-convert.") var pdf = false

  func validate() throws {
    if out == "-" && (png || pdf) { throw ValidationError("--png and --pdf need a file: --out FILE") }
    if let out, out != "-", !out.hasSuffix(".svg") { throw ValidationError("--out must end in .svg, or be -") }
  }

  /// Before anything is issued: whether all of it can be made.
  func check() throws {
    if png || pdf { try Rasterizer.requireProgram() }
  }

  /// - Returns: the files that were written.
  func write(_ signed: SignedCertificate) throws -> [String] {
    if out == "-" {
      Console.print(json ? signed.json : signed.svg)
      return []
    }
    let picture = out ?? "\(signed.certificate.serial).svg"
    let base = picture.dropLast(".svg".count)
    var written = [picture]
    try write(signed.svg, to: picture)
    if json {
      written.append("\(base).json")
      try write(signed.json, to: "\(base).json")
    }
    for (isWanted, format) in [(png, Rasterizer.Format.png), (pdf, .pdf)] where isWanted {
      written.append("\(base).\(format)")
      try Rasterizer.convert(picture, to: "\(base).\(format)", format)
    }
    return written
  }

  private func write(_ text: String, to path: String) throws {
    let file = try OutputFile(path)
    try file.write { $0 += Array(text.utf8) + [UInt8(ascii: "\n")] }
    try file.flush()
  }
}
