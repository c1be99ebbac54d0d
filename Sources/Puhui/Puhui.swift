import ArgumentParser

@main
struct Puhui: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Carbon inclusion (碳普惠) by queue workers.")
}
