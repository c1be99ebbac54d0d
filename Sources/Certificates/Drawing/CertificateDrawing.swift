/// Draws a certificate: A4 upright, Chinese with English below.
///
/// Nothing but the signed certificate goes into it, and nothing depends on the machine: so the picture can be checked
/// by drawing it again. Fonts are named, not embedded. A change of any line of this needs a new `Certificate.version`.
struct CertificateDrawing {
  /// One fifth of a millimetre of A4.
  static let width = 1050
  static let height = 1485
  static let left = 120
  static let right = width - left
  static let centre = width / 2

  let signed: SignedCertificate
  var certificate: Certificate { signed.certificate }

  init(_ signed: SignedCertificate) { self.signed = signed }

  var svg: String {
    var page = SVGPage()
    drawPaper(&page)
    drawHead(&page)
    drawHolder(&page)
    drawFigure(&page)
    drawFacts(&page)
    drawSplit(&page)
    drawFoot(&page)
    return opening + page.text + "</svg>"
  }

  private var opening: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 \(Self.width) \(Self.height)" \
    role="img" xml:lang="zh-CN">
    <title>\(SVGText.escaped(certificate.serial))</title>
    \(Self.metadataStart)\(SVGText.escaped(signed.json))\(Self.metadataEnd)
    <style>text{unicode-bidi:isolate}\
    .s{font-family:"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","Source Han Sans CN","PingFang SC",\
    "Microsoft YaHei","WenQuanYi Micro Hei","WenQuanYi Zen Hei","Noto Sans",sans-serif}\
    .t{font-family:"Noto Serif CJK SC","Noto Serif SC","Source Han Serif SC","Source Han Serif CN","Songti SC",\
    "SimSun","Noto Sans CJK SC","PingFang SC","WenQuanYi Micro Hei",serif}</style>

    """
  }

  private static let metadataStart = "<metadata id=\"certificate\">"
  private static let metadataEnd = "</metadata>"

  /// The signed JSON that a picture carries.
  ///
  /// - Throws: `.unreadable`.
  static func json(in svg: [UInt8]) throws(CertificateFault) -> [UInt8] {
    guard let start = position(of: metadataStart, in: svg[...]),
      let end = position(of: metadataEnd, in: svg[start...])
    else { throw .unreadable("this picture carries no certificate") }
    return SVGText.unescaped(svg[(start + metadataStart.utf8.count)..<end])
  }

  private static func position(of mark: String, in bytes: ArraySlice<UInt8>) -> Int? {
    var rest = bytes
    while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
      rest = rest[start...]
      if rest.starts(with: mark.utf8) { return start }
      rest = rest.dropFirst()
    }
    return nil
  }
}
