/// The elements of one picture, written one after the other. All lengths are whole units.
struct SVGPage {
  enum Anchor: String {
    case start, middle, end
  }

  enum Face: String {
    /// For what is read.
    case sans = "s"
    /// For what is looked at: titles and names.
    case serif = "t"
  }

  /// How a text looks.
  struct Style {
    var size: Int
    var color: String = Palette.ink
    var face = Face.sans
    var isBold = false
    var anchor = Anchor.start
    /// Extra room between letters.
    var spacing = 0
  }

  private(set) var text = ""

  mutating func add(_ element: String) { text += element + "\n" }

  mutating func write(_ content: String, x: Int, y: Int, _ style: Style) {
    var attributes = "class=\"\(style.face.rawValue)\" x=\"\(x)\" y=\"\(y)\" font-size=\"\(style.size)\""
    attributes += " fill=\"\(style.color)\""
    if style.isBold { attributes += " font-weight=\"700\"" }
    if style.anchor != .start { attributes += " text-anchor=\"\(style.anchor.rawValue)\"" }
    if style.spacing != 0 { attributes += " letter-spacing=\"\(style.spacing)\"" }
    add("<text \(attributes)>\(SVGText.escaped(content))</text>")
  }

  /// A text that must not be wider than `room`.
  mutating func write(_ content: String, x: Int, y: Int, _ style: Style, room: Int, smallest: Int) {
    var style = style
    let letters = content.unicodeScalars.count
    let fitted = SVGText.fitted(
      content, into: max(room - style.spacing * letters, room / 2), size: style.size, smallest: smallest)
    style.size = fitted.size
    write(fitted.text, x: x, y: y, style)
  }

  /// A number with its unit behind it, smaller.
  mutating func writeAmount(_ digits: String, unit: String, x: Int, y: Int, _ style: Style, room: Int) {
    let width = SVGText.width(digits) + SVGText.width(unit) * 2 / 5 + 150
    let size = min(style.size, room * 1000 / width)
    add(
      "<text class=\"\(style.face.rawValue)\" x=\"\(x)\" y=\"\(y)\" font-size=\"\(size)\" fill=\"\(style.color)\" "
        + "font-weight=\"700\" text-anchor=\"\(style.anchor.rawValue)\">\(SVGText.escaped(digits))"
        + "<tspan dx=\"\(size * 3 / 20)\" font-size=\"\(size * 2 / 5)\">\(SVGText.escaped(unit))</tspan></text>")
  }

  mutating func rectangle(x: Int, y: Int, width: Int, height: Int, fill: String, radius: Int = 0) {
    let corner = radius > 0 ? " rx=\"\(radius)\"" : ""
    add("<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\"\(corner) fill=\"\(fill)\"/>")
  }

  mutating func frame(inset: Int, width: Int, height: Int, stroke: String, line: String, radius: Int) {
    add(
      "<rect x=\"\(inset)\" y=\"\(inset)\" width=\"\(width - 2 * inset)\" height=\"\(height - 2 * inset)\" "
        + "rx=\"\(radius)\" fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"\(line)\"/>")
  }

  mutating func rule(fromX: Int, toX: Int, y: Int, color: String = Palette.line) {
    add("<path d=\"M\(fromX) \(y)H\(toX)\" stroke=\"\(color)\" stroke-width=\"1\"/>")
  }

  mutating func upright(x: Int, fromY: Int, toY: Int, color: String = Palette.line) {
    add("<path d=\"M\(x) \(fromY)V\(toY)\" stroke=\"\(color)\" stroke-width=\"1\"/>")
  }
}

/// The colours of a certificate.
enum Palette {
  static let paper = "#fcfdfa"
  static let ink = "#22352c"
  static let green = "#1f6048"
  static let soft = "#5c7468"
  static let pale = "#8fa599"
  static let line = "#d4e0d8"
  static let gold = "#b59a5b"
  /// Of the categories, largest first; the last one is for all others.
  static let shares = ["#1f6f54", "#62a583", "#b3cc8f", "#d8bd72", "#7fb0b8", "#b9c4bd"]
}
