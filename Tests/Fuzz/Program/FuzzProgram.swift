import FuzzHarnesses
import Glibc

/// Runs one harness under libFuzzer, which has the program's start and calls the two functions below.
///
/// The harness is named by PUHUI_FUZZ_HARNESS and not by an argument, because libFuzzer starts copies of the process
/// with arguments of its own. Without a name the program lists what there is.
enum FuzzProgram {
  static let harness: Harness? = {
    let wanted = getenv("PUHUI_FUZZ_HARNESS").map { String(cString: $0) }
    return Harness.all.first { $0.name == wanted }
  }()
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: OpaquePointer, _ arguments: OpaquePointer) -> CInt {
  guard FuzzProgram.harness == nil else { return 0 }
  for harness in Harness.all { print(harness.name, harness.maxBytes) }
  exit(getenv("PUHUI_FUZZ_HARNESS") == nil ? 0 : 2)
}

@_cdecl("LLVMFuzzerTestOneInput")
func takeOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try FuzzProgram.harness?.run(Array(UnsafeBufferPointer(start: start, count: count)))
  } catch {
    let text = "broken promise: \(error)\n"
    write(STDERR_FILENO, text, text.utf8.count)
    abort()
  }
  return 0
}
