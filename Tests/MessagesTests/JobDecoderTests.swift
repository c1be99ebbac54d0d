import CarbonInclusion
import Messages
import Testing

/// What whoever pushes a job is told, word for word.
struct JobDecoderTests {
  static let admin = Job.Speaker.administrator("admin")

  @Test func `the contract's example is a job`() throws {
    let text =
      #"{"op":"redeem","id":"job-20221130-1","resident":"o6_bmjr","reward":"shanxi-tourism-pass","quantity":1}"#
    let job = try JobDecoder.decode(Array(text.utf8), from: Self.admin)
    #expect(job.id == "job-20221130-1")
    #expect(job.speaker == Self.admin)
    #expect(job.operation == .redeem(resident: "o6_bmjr", reward: "shanxi-tourism-pass", quantity: 1))
  }

  @Test(arguments: JobSamples.all)
  func `every op is read, and written it is read again`(sample: JobSamples.Sample) throws {
    let job = try JobDecoder.decode(Array(sample.text.utf8), from: Self.admin)
    #expect(job.operation == sample.operation)
    let written = JobMessage.encoded(id: job.id, job.operation)
    #expect(try JobDecoder.decode(written, from: Self.admin) == job)
  }

  @Test func `an incentive partner may confirm and fail, and nothing else`() throws {
    for sample in JobSamples.all {
      let speaker = Job.Speaker.partner("commerce")
      guard ["confirm", "fail"].contains(sample.operation.name) else {
        let fault = #expect(throws: JobFault.self) {
          try JobDecoder.decode(Array(sample.text.utf8), from: speaker)
        }
        let name = sample.operation.name
        let message = "partner commerce may confirm and fail its own redemptions; \(name) is for administrators"
        #expect(fault == JobFault(id: "i", operation: name, error: JobError(.notAllowed, message)))
        continue
      }
      #expect(try JobDecoder.decode(Array(sample.text.utf8), from: speaker).operation == sample.operation)
    }
  }

  @Test(arguments: JobSamples.faults)
  func `a field that is wrong is named, with what stands there and what is allowed`(fault: JobSamples.Fault) {
    let found = #expect(throws: JobFault.self) { try JobDecoder.decode(Array(fault.text.utf8), from: Self.admin) }
    #expect(found?.error == JobError(fault.code, fault.message))
    #expect(found?.id == fault.id)
  }

  @Test(arguments: [
    (
      #"{"op":"adjust","id":"i","resident":"r","points" "1"}"#,
      #"byte 48: expected ':' after a field name, but found '"' near …ident":"r","points" "1"}"#
    ),
    (
      "{\"op\":\"redeem\" \"id\":\"礼品卡\"}",
      #"byte 15: expected ',' or '}' after a value, but found '"' near {"op":"redeem" "id":"礼品卡"}"#
    ),
    (
      #"{"op":"balance","id":"i""#,
      #"byte 24: expected ',' or '}' after a value, but the text ends near …":"balance","id":"i""#
    ),
    (
      "{\"op\":\"a\",\n}",
      #"byte 11: expected a field name in quotes, but found '}' near {"op":"a", }"#
    ),
    (#"{"id":"i"} x"#, #"byte 11: expected the end of the text, but found 'x' near {"id":"i"} x"#),
    ("", "byte 0: expected a value, the text ends"),
    ("\u{FEFF}{}", "byte 0: a byte order mark is not allowed near \u{FEFF}{}"),
    ("redeem", "byte 0: expected a value, but found 'r' near redeem"),
    ("[1,\n,]", "byte 4: expected a value, but found ',' near [1, ,]"),
    ("[]", "expected a JSON object, found an array"),
    ("\"redeem\"", "expected a JSON object, found a string"),
  ])
  func `a typing error in JSON is answered with its place and the text around it`(text: String, message: String) {
    let fault = #expect(throws: JobFault.self) { try JobDecoder.decode(Array(text.utf8), from: Self.admin) }
    #expect(fault == JobFault(id: nil, operation: nil, error: JobError(.malformedJSON, message)))
  }

  @Test func `bytes that are no UTF-8 are shown as such`() {
    let bytes = Array(#"{"op":"balance","resident":"a"#.utf8) + [0xFF, 0x80] + Array(#""}"#.utf8)
    let fault = #expect(throws: JobFault.self) { try JobDecoder.decode(bytes, from: Self.admin) }
    #expect(
      fault?.error.message == "byte 29: not UTF-8 near …lance\",\"resident\":\"a\u{FFFD}\u{FFFD}\"}")
  }

  @Test func `a field that stands twice is malformed, and answered by the id that stands once`() {
    let text = #"{"op":"balance","id":"i","resident":"r","res\u0069dent":"s"}"#
    let fault = #expect(throws: JobFault.self) { try JobDecoder.decode(Array(text.utf8), from: Self.admin) }
    #expect(fault?.id == "i")
    #expect(fault?.operation == "balance")
    #expect(
      fault?.error
        == JobError(
          .malformedJSON, #"byte 40: field "res\u0069dent" stands twice near …:"i","resident":"r","res\u0069dent":"s"}"#
        )
    )
    let twice = #"{"op":"balance","id":"i","resident":"r","id":"i"}"#
    let other = #expect(throws: JobFault.self) { try JobDecoder.decode(Array(twice.utf8), from: Self.admin) }
    #expect(other?.id == nil)
    #expect(other?.error.code == .malformedJSON)
  }

  @Test func `a job has room for ten thousand codes, and no more`() throws {
    func job(_ count: Int, of digits: Int = 60) -> [UInt8] {
      let codes = (0..<count).map { index in
        let number = String(index)
        return String(repeating: "7", count: digits - number.count) + "-" + number
      }
      return JobMessage.encoded(id: "i", .restock(reward: "coupon", .codes(codes)))
    }
    let full = try JobDecoder.decode(job(10_000), from: Self.admin)
    guard case .restock(_, .codes(let codes)) = full.operation else { throw JobSamples.Unexpected() }
    #expect(codes.count == 10_000)
    let fault = #expect(throws: JobFault.self) { try JobDecoder.decode(job(10_001), from: Self.admin) }
    #expect(fault?.error.message == #"field "codes": has 10001 codes, 1 to 10000 are allowed"#)
    let large = #expect(throws: JobFault.self) { try JobDecoder.decode(job(10_000, of: 120), from: Self.admin) }
    #expect(large?.error.message.hasSuffix("bytes, at most 1048576 are allowed") == true)
  }

  @Test func `changed bytes never end the decoder, and are answered in JSON`() throws {
    var random = SeededRandom(seed: 20_221_130)
    let samples = JobSamples.all.map { Array($0.text.utf8) }
    for turn in 0..<20_000 {
      var bytes = samples[turn % samples.count]
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[place], at: place)
        default: bytes.removeSubrange(place...)
        }
      }
      do throws(JobFault) {
        _ = try JobDecoder.decode(bytes, from: Self.admin)
      } catch {
        let reply = JobReplyWriter.encoded(malformed: error, text: bytes)
        let again = #expect(throws: JobFault.self) { try JobDecoder.decode(reply, from: Self.admin) }
        #expect(again?.error.code != .malformedJSON, "\(bytes)")
      }
    }
  }
}
