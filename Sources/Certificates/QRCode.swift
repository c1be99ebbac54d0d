internal import CQRencode

/// A QR code, made by libqrencode. The only file that calls it.
struct QRCode {
  /// Modules a side, without the quiet zone of 4 around it.
  let width: Int
  private let isDark: [Bool]

  /// With error correction M, which stands 15 % damage, and the smallest version that holds the text.
  ///
  /// - Returns: `nil` for a text that no QR code holds.
  init?(_ text: String) {
    guard let code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1) else { return nil }
    defer { QRcode_free(code) }
    let width = Int(code.pointee.width)
    self.width = width
    isDark = (0..<width * width).map { code.pointee.data[$0] & 1 == 1 }
  }

  /// An SVG path of the dark modules, one unit each: a rectangle for every run in a row.
  var path: String {
    var path = ""
    for row in 0..<width {
      var column = 0
      while column < width {
        guard isDark[row * width + column] else {
          column += 1
          continue
        }
        let start = column
        while column < width, isDark[row * width + column] { column += 1 }
        path += "M\(start) \(row)h\(column - start)v1h-\(column - start)z"
      }
    }
    return path
  }
}
