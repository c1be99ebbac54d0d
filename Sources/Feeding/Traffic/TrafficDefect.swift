/// The ways in which a simulated message is wrong.
enum TrafficDefect: UInt64, CaseIterable {
  case noResident, noEnd, unknownUnit, brokenOff, zeroQuantity, hugeQuantity, unknownBehaviour, future, noOffset
  case invalidUTF8, repeatedField, noObject
}
