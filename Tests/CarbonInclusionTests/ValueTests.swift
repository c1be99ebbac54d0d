import CarbonInclusion
import Testing

@Suite struct ValueTests {
  @Test(
    arguments: [
      ("5", 5_000_000), ("5.0", 5_000_000), ("45.72", 45_720_000), ("0.000001", 1),
      ("999999999999.999999", 999_999_999_999_999_999),
    ] as [(String, Int64)])
  func `decimals are read exactly`(_ text: String, _ millionths: Int64) {
    #expect(Quantity(decimal: text)?.millionths == millionths)
  }

  @Test(arguments: ["", ".", "5.", ".5", "-1", "+1", "1e3", " 1", "1,5", "1.0000001", "1234567890123", "٣"])
  func `what is no plain decimal is not read`(_ text: String) {
    #expect(Quantity(decimal: text) == nil)
  }

  @Test func `decimals are written as short as they are`() {
    #expect(
      ["5.0", "45.720", "0.000001", "10"].compactMap { Quantity(decimal: $0)?.description } == [
        "5", "45.72", "0.000001", "10",
      ])
    #expect(Quantity(millionths: -1_500_000).description == "-1.5")
  }

  @Test(
    arguments: [
      ("1970-01-01", 0), ("2000-02-29", 11_016), ("0014-11-18", -714_093), ("9999-12-31", 2_932_896),
      ("0001-01-01", -719_162),
    ] as [(String, Int32)])
  func `days are counted from 1970 and written back`(_ text: String, _ number: Int32) {
    #expect(Day(text)?.number == number)
    #expect(Day(number: number).description == text)
  }

  @Test(arguments: ["2022-02-29", "2022-13-01", "2022-00-10", "22-01-01", "2022-1-1", "2022-01-01x", "0000-01-01"])
  func `days that do not exist are not read`(_ text: String) {
    #expect(Day(text) == nil)
  }

  @Test func `a local day ends at local midnight, before 1970 too`() {
    let midnight = Day(number: -1).start(utcOffsetSeconds: 28_800)
    #expect(Day(containing: midnight, utcOffsetSeconds: 28_800).number == -1)
    #expect(Day(containing: Instant(microseconds: midnight.microseconds - 1), utcOffsetSeconds: 28_800).number == -2)
    #expect(midnight.formatted(utcOffsetSeconds: 28_800) == "1969-12-31T00:00:00+08:00")
    #expect(Instant(microseconds: 1_500_000).formatted(utcOffsetSeconds: 0) == "1970-01-01T00:00:01.500000Z")
  }

  @Test func `a region contains what begins with its digits`() throws {
    let (province, city, county) = (
      try #require(Region("140000")), try #require(Region("140100")), try #require(Region("140105"))
    )
    #expect(
      province.contains(county) && city.contains(county) && county.contains(county) && province.contains(province))
    let elsewhere = try #require(Region("140205"))
    #expect(!county.contains(city) && !city.contains(elsewhere))
    #expect(Region("14010") == nil && Region("14010x") == nil)
  }
}
