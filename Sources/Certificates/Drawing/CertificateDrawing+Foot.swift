internal import CarbonInclusion

/// Facts, the split by category, and who issued it.
extension CertificateDrawing {
  func drawFacts(_ page: inout SVGPage) {
    let columns = [
      ("减排次数 Activities", ReductionAmount.count(certificate.actions), "次 activities"),
      ("减排称号 Title", certificate.title.chinese, certificate.title.english),
      ("期间 Period", "\(certificate.from)", "至 to \(certificate.to)"),
    ]
    page.rule(fromX: Self.left, toX: Self.right, y: 834)
    page.rule(fromX: Self.left, toX: Self.right, y: 946)
    let room = (Self.right - Self.left) / columns.count
    for (index, column) in columns.enumerated() {
      let x = Self.left + room * index + room / 2
      if index > 0 { page.upright(x: Self.left + room * index, fromY: 852, toY: 928) }
      page.write(column.0, x: x, y: 866, .init(size: 15, color: Palette.soft, anchor: .middle))
      page.write(
        column.1, x: x, y: 900, .init(size: 28, isBold: true, anchor: .middle), room: room - 30, smallest: 14)
      page.write(
        column.2, x: x, y: 926, .init(size: 16, color: Palette.soft, anchor: .middle), room: room - 30, smallest: 11)
    }
  }

  func drawSplit(_ page: inout SVGPage) {
    let rows = SplitRows(certificate.categories).rows
    page.write("减排构成 By category", x: Self.left, y: 982, .init(size: 16, color: Palette.soft))
    drawBar(rows, y: 995, height: 20, &page)
    let pitch = min(44, 160 / max(rows.count - 1, 1))
    for (index, row) in rows.enumerated() {
      let y = 1050 + index * pitch
      page.rectangle(x: Self.left, y: y - 14, width: 16, height: 16, fill: row.color, radius: 4)
      page.write(row.chinese, x: Self.left + 28, y: y, .init(size: 20, isBold: true), room: 130, smallest: 12)
      page.write(
        row.english, x: Self.left + 28 + min(130, SVGText.width(row.chinese) * 20 / 1000) + 12, y: y,
        .init(size: 17, color: Palette.soft), room: 220, smallest: 11)
      page.write(
        "\(ReductionAmount.count(row.actions)) 次", x: 560, y: y, .init(size: 17, color: Palette.soft, anchor: .end),
        room: 130, smallest: 11)
      page.write(
        ReductionAmount.grams(row.reductionMilligrams), x: 830, y: y, .init(size: 19, anchor: .end), room: 230,
        smallest: 11)
      page.write(
        "\(row.permille / 10).\(row.permille % 10)%", x: Self.right, y: y,
        .init(size: 17, color: Palette.soft, anchor: .end))
    }
  }

  private func drawBar(_ rows: [SplitRows.Row], y: Int, height: Int, _ page: inout SVGPage) {
    let width = Self.right - Self.left
    page.add(
      "<clipPath id=\"bar\"><rect x=\"\(Self.left)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" rx=\"10\"/>"
        + "</clipPath>")
    page.add("<g clip-path=\"url(#bar)\">")
    page.rectangle(x: Self.left, y: y, width: width, height: height, fill: Palette.line)
    var x = Self.left
    for (row, part) in zip(rows, SplitRows.apportioned(rows.map { max(0, $0.reductionMilligrams) }, to: width))
    where part > 0 {
      page.rectangle(x: x, y: y, width: part, height: height, fill: row.color)
      x += part
    }
    page.add("</g>")
  }

  func drawFoot(_ page: inout SVGPage) {
    page.rule(fromX: Self.left, toX: Self.right, y: 1234)
    let room = 510
    page.write("签发方 Issued by", x: Self.left, y: 1266, .init(size: 14, color: Palette.pale))
    page.write(
      certificate.issuer.chinese, x: Self.left, y: 1294, .init(size: 22, isBold: true), room: room, smallest: 13)
    page.write(
      certificate.issuer.english, x: Self.left, y: 1317, .init(size: 15, color: Palette.soft), room: room, smallest: 11)
    page.write("证书编号 Serial", x: Self.left, y: 1356, .init(size: 14, color: Palette.pale))
    page.write(
      certificate.serial, x: Self.left, y: 1381, .init(size: 20, isBold: true), room: 290, smallest: 11)
    page.write("签发日期 Issued on", x: Self.left + 310, y: 1356, .init(size: 14, color: Palette.pale))
    page.write("\(certificate.issued)", x: Self.left + 310, y: 1381, .init(size: 20, isBold: true))
    page.write(
      "Ed25519 · 密钥 key \(certificate.key)", x: Self.left, y: 1409, .init(size: 12, color: Palette.pale))
    drawCode(&page)
  }

  private func drawCode(_ page: inout SVGPage) {
    // Seals and serials are far below what a QR code holds, so this always finds one.
    guard let code = QRCode(signed.code.text) else { return }
    let side = 172
    // In tenths of a unit.
    let module = side * 10 / code.width
    let x = Self.right - code.width * module / 10
    page.add(
      "<path transform=\"translate(\(x) 1250) scale(\(module / 10).\(module % 10))\" fill=\"#14281f\" "
        + "shape-rendering=\"crispEdges\" d=\"\(code.path)\"/>")
    page.write("扫码核验", x: x - 22, y: 1392, .init(size: 14, color: Palette.soft, anchor: .end))
    page.write("Scan to verify", x: x - 22, y: 1409, .init(size: 12, color: Palette.pale, anchor: .end))
  }
}
