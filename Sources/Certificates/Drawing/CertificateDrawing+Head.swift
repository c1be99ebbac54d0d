internal import CarbonInclusion

/// Paper, head, holder and the large figure.
extension CertificateDrawing {
  func drawPaper(_ page: inout SVGPage) {
    page.rectangle(x: 0, y: 0, width: Self.width, height: Self.height, fill: Palette.paper)
    page.frame(inset: 40, width: Self.width, height: Self.height, stroke: Palette.green, line: "2.5", radius: 10)
    page.frame(inset: 50, width: Self.width, height: Self.height, stroke: Palette.gold, line: "0.8", radius: 6)
    // A rosette of turned ellipses behind the figure, too pale to read into.
    page.add("<g transform=\"translate(525 680)\" fill=\"none\" stroke=\"#1f6048\" stroke-opacity=\".07\">")
    for turn in 0..<18 { page.add("<ellipse rx=\"400\" ry=\"150\" transform=\"rotate(\(turn * 10))\"/>") }
    page.add("</g>")
  }

  func drawHead(_ page: inout SVGPage) {
    // Two leaves on a stem.
    page.add(
      """
      <g transform="translate(525 138)"><path d="M0 38C-4 6 -40 0 -48 -32C-14 -34 6 -12 0 38Z" fill="#1f6f54"/>\
      <path d="M2 38C0 2 18 -26 50 -34C54 -2 34 22 2 38Z" fill="#62a583"/>\
      <path d="M1 38V54" stroke="#1f6f54" stroke-width="3" stroke-linecap="round"/></g>
      """)
    page.write(
      certificate.programme.chinese, x: Self.centre, y: 244,
      .init(size: 34, color: Palette.green, isBold: true, anchor: .middle, spacing: 6), room: 800, smallest: 20)
    page.write(
      certificate.programme.english, x: Self.centre, y: 274,
      .init(size: 19, color: Palette.soft, anchor: .middle, spacing: 2), room: 800, smallest: 14)
    page.write(
      "碳减排证书", x: Self.centre + 9, y: 358,
      .init(size: 66, color: Palette.ink, face: .serif, isBold: true, anchor: .middle, spacing: 18))
    page.write(
      "Certificate of Carbon Reduction", x: Self.centre, y: 396,
      .init(size: 23, color: Palette.soft, face: .serif, anchor: .middle, spacing: 1))
    page.add("<path d=\"M405 424H645\" stroke=\"\(Palette.gold)\" stroke-width=\"1.5\"/>")
  }

  func drawHolder(_ page: inout SVGPage) {
    page.write(
      "兹证明 This certifies that", x: Self.centre, y: 468, .init(size: 18, color: Palette.soft, anchor: .middle))
    page.write(
      certificate.holder, x: Self.centre, y: 524,
      .init(size: 50, color: Palette.green, face: .serif, isBold: true, anchor: .middle), room: 800, smallest: 22)
    if certificate.holder != certificate.resident {
      page.write(
        "居民编号 Resident \(certificate.resident)", x: Self.centre, y: 556,
        .init(size: 15, color: Palette.pale, anchor: .middle), room: 800, smallest: 11)
    }
  }

  func drawFigure(_ page: inout SVGPage) {
    page.write(
      "以绿色低碳行为累计减少二氧化碳排放", x: Self.centre, y: 600, .init(size: 22, anchor: .middle))
    page.write(
      "has avoided, by everyday low-carbon acts, carbon dioxide emissions of", x: Self.centre, y: 628,
      .init(size: 17, color: Palette.soft, anchor: .middle))
    let amount = ReductionAmount(certificate.reductionMilligrams)
    page.writeAmount(
      amount.digits, unit: amount.symbol, x: Self.centre, y: 748,
      .init(size: 108, color: Palette.green, isBold: true, anchor: .middle), room: 780)
    let exact = amount.symbol == "g" ? "" : " · \(ReductionAmount.grams(certificate.reductionMilligrams))"
    page.write(
      "\(amount.chinese) \(amount.english)\(exact)", x: Self.centre, y: 794,
      .init(size: 24, color: Palette.green, anchor: .middle), room: 780, smallest: 14)
  }
}
