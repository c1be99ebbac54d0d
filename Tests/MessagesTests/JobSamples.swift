import CarbonInclusion
import Testing

/// A good job of every op, and what can be wrong with them.
enum JobSamples {
  struct Sample: Sendable, CustomTestStringConvertible {
    let text: String
    let operation: Job.Operation

    init(_ op: String, _ fields: String, _ operation: Job.Operation) {
      text = #"{"op":"\#(op)","id":"i",\#(fields)}"#
      self.operation = operation
    }

    var testDescription: String { text }
  }

  struct Unexpected: Error {}

  static let all = [
    Sample(
      "redeem", #""resident":"o6_bmjr","reward":"coupon""#, .redeem(resident: "o6_bmjr", reward: "coupon", quantity: 1)),
    Sample(
      "redeem", #""resident":" r{","reward":"coupon","quantity":"1000000","note":[{}]"#,
      .redeem(resident: " r{", reward: "coupon", quantity: 1_000_000)),
    Sample("cancel", #""redemption":"job 1","reason":null"#, .cancel(redemption: "job 1", reason: nil)),
    Sample("cancel", #""redemption":"j","reason":"换一个""#, .cancel(redemption: "j", reason: "换一个")),
    Sample("confirm", #""redemption":"j","reason":7"#, .confirm(redemption: "j")),
    Sample("fail", #""redemption":"j","reason":"sold out""#, .fail(redemption: "j", reason: "sold out")),
    Sample("restock", #""reward":"coupon","quantity":1e3"#, .restock(reward: "coupon", .quantity(1_000))),
    Sample(
      "restock", #""reward":"coupon","codes":[ "A-1" , "\u5361 2" ]"#,
      .restock(reward: "coupon", .codes(["A-1", "卡 2"]))),
    Sample("balance", #""resident":"r""#, .balance(resident: "r")),
    Sample("statement", #""resident":"r""#, .statement(resident: "r", from: nil, to: nil)),
    Sample(
      "statement", #""resident":"r","from":"2022-11-01","to":"2022-11-01""#,
      .statement(resident: "r", from: Day("2022-11-01"), to: Day("2022-11-01"))),
    Sample("certificate", #""resident":"r""#, .certificate(resident: "r", name: nil)),
    Sample("certificate", #""resident":"r","name":"王小明""#, .certificate(resident: "r", name: "王小明")),
    Sample(
      "adjust", #""resident":"r","points":-500,"reason":"counted twice""#,
      .adjust(resident: "r", points: -500, reason: "counted twice")),
    Sample(
      "adjust", #""resident":"r","points":"999999999999","reason":"x""#,
      .adjust(resident: "r", points: 999_999_999_999, reason: "x")),
    Sample("approve", #""job":"job-1""#, .approve(job: "job-1")),
    Sample(
      "review", #""partner":"eleme","activity":"el-{1}","decision":"refuse","reason":"too fast""#,
      .review(partner: "eleme", activity: "el-{1}", decision: .refuse, reason: "too fast")),
    Sample("export", #""resident":"r""#, .export(resident: "r")),
    Sample("erase", #""resident":"r""#, .erase(resident: "r")),
  ]

  struct Fault: Sendable, CustomTestStringConvertible {
    let text: String
    let code: JobError.Code
    let message: String
    let id: String?

    /// - Parameter id: as JSON.
    init(_ op: String, _ fields: String, id: String = "\"i\"", _ code: JobError.Code, _ message: String) {
      text = #"{"op":\#(op),"id":\#(id)\#(fields.isEmpty ? "" : ",")\#(fields)}"#
      self.code = code
      self.message = message
      self.id = id == "\"i\"" ? "i" : nil
    }

    var testDescription: String { text }
  }

  static let faults = identifiers + operations + amounts + texts

  private static let allOps =
    "ops are redeem, cancel, confirm, fail, restock, balance, statement, certificate, adjust, approve, review, export,"
    + " erase"

  private static let identifiers = [
    Fault("\"erase\"", "", .missingField, #"field "resident": required for erase, but missing"#),
    Fault(
      "\"erase\"", #""residnet":"r""#, .missingField,
      #"field "resident": required for erase, but missing; is it "residnet"?"#),
    Fault("\"erase\"", #""resident":null"#, .invalidField, #"field "resident": expected a string, found null"#),
    Fault("\"erase\"", #""resident":"""#, .invalidField, #"field "resident": is empty"#),
    Fault(
      "\"erase\"", #""resident":"ré""#, .invalidField, #"field "resident": byte 2 of it is not printable ASCII"#),
    Fault(
      "\"erase\"", "\"resident\":\"\(String(repeating: "r", count: 65))\"", .invalidField,
      #"field "resident": has 65 characters, at most 64 are allowed"#),
    Fault("\"erase\"", "", id: "7", .invalidField, #"field "id": expected a string, found a number"#),
    Fault("\"erase\"", "", id: "\"{a}\"", .invalidField, #"field "id": has a brace, which ids of jobs may not have"#),
    Fault(
      "\"erase\"", "", id: "\"malformed\"", .invalidField,
      #"field "id": "malformed" is the name under which jobs without a usable id are answered"#),
    Fault(
      "\"approve\"", #""job":"a}""#, .invalidField, #"field "job": has a brace, which ids of jobs may not have"#),
    Fault(
      "\"restock\"", #""reward":"Coupon","quantity":1"#, .invalidField,
      #"field "reward": "Coupon" is not a code: 2 to 40 of a-z, 0-9 and -, not - first"#),
    Fault(
      "\"redeem\"", #""resident":"r","reward":"c""#, .invalidField,
      #"field "reward": "c" is not a code: 2 to 40 of a-z, 0-9 and -, not - first"#),
  ]

  private static let operations = [
    Fault("\"redem\"", "", .unknownOperation, "there is no op \"redem\"; did you mean \"redeem\"? \(allOps)"),
    Fault("\"transfer\"", "", .unknownOperation, "there is no op \"transfer\"; \(allOps)"),
    Fault("null", "", .invalidField, "field \"op\": expected a string, found null; \(allOps)"),
    Fault(
      "\"review\"", #""partner":"eleme","activity":"a","decision":"yes","reason":"x""#, .invalidField,
      #"field "decision": "yes" is neither "accept" nor "refuse""#),
    Fault(
      "\"statement\"", #""resident":"r","from":"2022-11-31""#, .invalidField,
      #"field "from": "2022-11-31" is no date; dates are written 2022-11-01"#),
    Fault(
      "\"statement\"", #""resident":"r","from":"2022-11-02","to":"2022-11-01""#, .invalidField,
      #"field "to": 2022-11-01 is before from, which is 2022-11-02"#),
  ]

  private static let amounts = [
    Fault(
      "\"redeem\"", #""resident":"r","reward":"coupon","quantity":0"#, .invalidField,
      #"field "quantity": 0 is not a whole number from 1 to 1000000"#),
    Fault(
      "\"redeem\"", #""resident":"r","reward":"coupon","quantity":1000001"#, .invalidField,
      #"field "quantity": 1000001 is not a whole number from 1 to 1000000"#),
    Fault(
      "\"redeem\"", #""resident":"r","reward":"coupon","quantity":1.5"#, .invalidField,
      #"field "quantity": 1.5 is not a whole number from 1 to 1000000"#),
    Fault(
      "\"redeem\"", #""resident":"r","reward":"coupon","quantity":"1e0""#, .invalidField,
      #"field "quantity": "1e0" is not a whole number from 1 to 1000000"#),
    Fault(
      "\"redeem\"", #""resident":"r","reward":"coupon","quantity":true"#, .invalidField,
      #"field "quantity": expected a number or a string of digits, found a boolean"#),
    Fault(
      "\"adjust\"", #""resident":"r","points":-0,"reason":"x""#, .invalidField,
      #"field "points": -0 is not a whole number from -999999999999 to 999999999999, and not 0"#),
    Fault(
      "\"adjust\"", #""resident":"r","points":"-","reason":"x""#, .invalidField,
      #"field "points": "-" is not a whole number from -999999999999 to 999999999999, and not 0"#),
    Fault(
      "\"adjust\"", #""resident":"r","points":1e400,"reason":"x""#, .invalidField,
      #"field "points": 1e400 is not a whole number from -999999999999 to 999999999999, and not 0"#),
    Fault("\"adjust\"", #""resident":"r""#, .missingField, #"field "points": required for adjust, but missing"#),
    Fault(
      "\"restock\"", #""reward":"coupon""#, .missingField,
      #"field "quantity": required for restock, but missing, as is codes"#),
    Fault(
      "\"restock\"", #""reward":"coupon","quantity":1,"codes":["a"]"#, .invalidField,
      #"field "codes": not allowed together with quantity: codes are counted"#),
  ]

  private static let texts = [
    Fault(
      "\"fail\"", #""redemption":"j""#, .missingField, #"field "reason": required for fail, but missing"#),
    Fault("\"fail\"", #""redemption":"j","reason":"  ""#, .invalidField, #"field "reason": is blank"#),
    Fault(
      "\"fail\"", #""redemption":"j","reason":"a\nb""#, .invalidField,
      #"field "reason": has a control character at 2"#),
    Fault(
      "\"cancel\"", "\"redemption\":\"j\",\"reason\":\"\(String(repeating: "因", count: 501))\"", .invalidField,
      #"field "reason": has 501 characters, at most 500 are allowed"#),
    Fault(
      "\"certificate\"", #""resident":"r","name":"\u202Egnaw""#, .invalidField,
      #"field "name": has a control character at 1"#),
    Fault(
      "\"certificate\"", "\"resident\":\"r\",\"name\":\"\(String(repeating: "n", count: 65))\"", .invalidField,
      #"field "name": has 65 characters, at most 64 are allowed"#),
    Fault(
      "\"restock\"", #""reward":"coupon","codes":"A""#, .invalidField,
      #"field "codes": expected an array of strings, found a string"#),
    Fault(
      "\"restock\"", #""reward":"coupon","codes":[]"#, .invalidField,
      #"field "codes": has 0 codes, 1 to 10000 are allowed"#),
    Fault(
      "\"restock\"", #""reward":"coupon","codes":["A",5]"#, .invalidField,
      #"field "codes": code 2: expected a string, found a number"#),
    Fault(
      "\"restock\"", #""reward":"coupon","codes":["A",""]"#, .invalidField, #"field "codes": code 2 is empty"#),
    Fault(
      "\"restock\"", #""reward":"coupon","codes":["A","B","\u0041"]"#, .invalidField,
      #"field "codes": codes 1 and 3 are the same"#),
    Fault(
      "\"restock\"", "\"reward\":\"coupon\",\"codes\":[\"\(String(repeating: "c", count: 129))\"]", .invalidField,
      #"field "codes": code 1 has 129 characters, at most 128 are allowed"#),
  ]
}
