/// Bytes in network order, appended one value after the other.
///
/// An array that is longer than what is used: one check and one store a value, where `append` costs several calls.
struct BinaryBuffer: Sendable {
  private var storage: [UInt8]
  private(set) var count = 0

  init(reservingBytes: Int = 0) { storage = [UInt8](repeating: 0, count: reservingBytes) }

  init(_ bytes: [UInt8]) {
    storage = bytes
    count = bytes.count
  }

  /// Forgets the bytes and keeps the memory.
  mutating func removeAll() { count = 0 }

  mutating func append<T: FixedWidthInteger>(_ value: T) {
    let size = MemoryLayout<T>.size
    let offset = grow(by: size)
    storage.withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self) }
  }

  /// A value with its length in front, as a field of COPY or an element of an array.
  mutating func appendField<T: FixedWidthInteger>(_ value: T) {
    let size = MemoryLayout<T>.size
    let offset = grow(by: 4 + size)
    storage.withUnsafeMutableBytes {
      $0.storeBytes(of: Int32(truncatingIfNeeded: size).bigEndian, toByteOffset: offset, as: Int32.self)
      $0.storeBytes(of: value.bigEndian, toByteOffset: offset + 4, as: T.self)
    }
  }

  mutating func appendField(uuid: (high: UInt64, low: UInt64)) {
    let offset = grow(by: 20)
    storage.withUnsafeMutableBytes {
      $0.storeBytes(of: Int32(16).bigEndian, toByteOffset: offset, as: Int32.self)
      $0.storeBytes(of: uuid.high.bigEndian, toByteOffset: offset + 4, as: UInt64.self)
      $0.storeBytes(of: uuid.low.bigEndian, toByteOffset: offset + 12, as: UInt64.self)
    }
  }

  /// A `bigint[]` of one dimension; an empty one has none.
  mutating func appendField(array values: [Int64]) {
    append(Int32(values.isEmpty ? 12 : 20 + 12 * values.count))
    append(Int32(values.isEmpty ? 0 : 1))
    append(Int32(0))
    append(PostgresType.int8)
    guard !values.isEmpty else { return }
    append(Int32(values.count))
    append(Int32(1))
    for value in values { appendField(value) }
  }

  mutating func appendField(text: String) {
    let contiguous: Void? = text.utf8.withContiguousStorageIfAvailable {
      appendField(bytes: UnsafeRawBufferPointer($0))
    }
    guard contiguous == nil else { return }
    Array(text.utf8).withUnsafeBytes { appendField(bytes: $0) }
  }

  mutating func appendField(bytes: UnsafeRawBufferPointer) {
    let offset = grow(by: 4 + bytes.count)
    storage.withUnsafeMutableBytes {
      $0.storeBytes(of: Int32(bytes.count).bigEndian, toByteOffset: offset, as: Int32.self)
      UnsafeMutableRawBufferPointer(rebasing: $0[(offset + 4)...]).copyMemory(from: bytes)
    }
  }

  /// A value that another buffer holds.
  mutating func appendField(of other: BinaryBuffer, at place: Range<Int>) {
    other.withUnsafeBytes { appendField(bytes: UnsafeRawBufferPointer(rebasing: $0[place])) }
  }

  /// A length of -1 is NULL.
  mutating func appendNull() { append(Int32(-1)) }

  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    storage.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }

  func value<T: FixedWidthInteger>(at offset: Int, as type: T.Type) -> T {
    withUnsafeBytes { T(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
  }

  /// The text of a `bigint[]` of one dimension, which begins at `offset` as `appendField(array:)` wrote it.
  func arrayText(at offset: Int) -> String {
    guard value(at: offset, as: Int32.self) > 0 else { return "{}" }
    let count = Int(value(at: offset + 12, as: Int32.self))
    let values = (0..<count).map { String(value(at: offset + 24 + 12 * $0, as: Int64.self)) }
    return "{" + values.joined(separator: ",") + "}"
  }

  /// Makes room and returns the offset at which the new bytes begin.
  @inline(__always)
  private mutating func grow(by bytes: Int) -> Int {
    let offset = count
    count += bytes
    if count > storage.count { extend() }
    return offset
  }

  @inline(never)
  private mutating func extend() {
    let wanted = max(count, storage.count * 2, 256)
    storage.append(contentsOf: repeatElement(0, count: wanted - storage.count))
  }
}
