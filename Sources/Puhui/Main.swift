import ArgumentParser
import RedisClient

/// Maps every way to end to the exit codes of the contract: 0 done, 1 failure, 2 usage, 69 a server is away, 78 wrong
/// configuration.
@main
enum Main {
  static func main() async {
    BrokenPipe.ignore()
    do {
      var command = try Puhui.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      Console.error("puhui: \(failure.message)")
      Console.exit(failure.code.rawValue)
    } catch {
      end(with: error)
    }
  }

  private static func end(with error: any Error) -> Never {
    let code = Puhui.exitCode(for: error)
    switch code {
    case .success: Puhui.exit(withError: error)
    case .validationFailure:
      Console.error(Puhui.fullMessage(for: error))
      Console.exit(CommandFailure.Code.usage.rawValue)
    default:
      Console.error("puhui: \(error)")
      Console.exit(CommandFailure.Code.failure.rawValue)
    }
  }
}
