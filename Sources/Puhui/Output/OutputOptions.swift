import ArgumentParser

/// How a reading command answers.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Answer as JSON, amounts as exact integers.")
  var json = false

  @Flag(help: "Answer as CSV.")
  var csv = false

  func validate() throws {
    if json && csv { throw ValidationError("choose one of --json and --csv") }
  }
}
