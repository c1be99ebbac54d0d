/// Why a command ends without success: an exit code, and one line that says what to do.
struct CommandFailure: Error {
  enum Code: Int32 {
    case failure = 1
    case usage = 2
    case unavailable = 69
    case configuration = 78
  }

  let code: Code
  let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
