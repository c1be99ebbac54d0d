/// Where in Shanxi: codes of GB/T 2260, prefectures and some of their counties, about as many people live there.
enum ShanxiRegion {
  /// Samples a code by an even number.
  static func sample(_ number: UInt64) -> Int32 { table[Int(number.multipliedFullWidth(by: UInt64(table.count)).high)] }

  /// Each code as often as its share asks for, so that sampling is one look.
  private static let table: [Int32] = shares.flatMap { Array(repeating: $0.code, count: $0.share) }

  private static let shares: [(code: Int32, share: Int)] = [
    // Taiyuan and its counties
    (140_100, 6), (140_105, 24), (140_106, 18), (140_107, 14), (140_108, 8), (140_109, 14), (140_110, 5),
    (140_121, 4), (140_122, 1), (140_123, 1), (140_181, 2),
    // Datong
    (140_200, 3), (140_213, 12), (140_214, 7),
    // Yangquan
    (140_300, 2), (140_302, 3), (140_311, 3),
    // Changzhi
    (140_400, 6), (140_403, 10), (140_404, 4),
    // Jincheng
    (140_500, 4), (140_502, 8),
    // Shuozhou
    (140_600, 4), (140_602, 6),
    // Jinzhong
    (140_700, 7), (140_702, 13), (140_703, 4),
    // Yuncheng
    (140_800, 14), (140_802, 10),
    // Xinzhou
    (140_900, 7), (140_902, 6),
    // Linfen
    (141_000, 12), (141_002, 11),
    // Lüliang
    (141_100, 10), (141_102, 5),
  ]
}
