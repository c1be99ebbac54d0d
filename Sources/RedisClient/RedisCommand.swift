/// One argument of a command.
package enum RedisArgument: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  case string(String)
  case bytes([UInt8])
  case integer(Int64)

  package init(stringLiteral value: String) { self = .string(value) }

  package init(integerLiteral value: Int64) { self = .integer(value) }
}

/// A command as a list of binary-safe arguments, kept in one buffer: an argument costs a copy of its bytes, no more.
package struct RedisCommand: Sendable, ExpressibleByArrayLiteral {
  private var buffer: [UInt8] = []
  private var ends: [Int] = []

  package init(_ arguments: [RedisArgument] = []) {
    for argument in arguments { append(argument) }
  }

  package init(arrayLiteral elements: RedisArgument...) { self.init(elements) }

  /// The number of arguments, the command's name included.
  package var count: Int { ends.count }

  /// Makes room for arguments of so many bytes altogether.
  package mutating func reserve(bytes: Int) { buffer.reserveCapacity(buffer.count + bytes) }

  package mutating func append(_ argument: RedisArgument) {
    switch argument {
    case .string(let text): append(text)
    case .bytes(let bytes): append(bytes)
    case .integer(let number): append(number)
    }
  }

  package mutating func append(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    ends.append(buffer.count)
  }

  package mutating func append(_ bytes: [UInt8]) {
    buffer.append(contentsOf: bytes)
    ends.append(buffer.count)
  }

  package mutating func append(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
    ends.append(buffer.count)
  }

  /// Appends a number as its decimal digits.
  package mutating func append(_ number: some FixedWidthInteger) { append(String(number)) }

  /// Lends the arguments in the form that hiredis takes.
  func withArguments<Result>(
    _ body: (Int32, UnsafeMutablePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int>?) -> Result
  ) -> Result {
    buffer.withUnsafeBytes { bytes in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: ends.count) { starts in
        withUnsafeTemporaryAllocation(of: Int.self, capacity: ends.count) { lengths in
          var start = 0
          for (index, end) in ends.enumerated() {
            starts.initializeElement(at: index, to: bytes.baseAddress?.advanced(by: start).bound(to: CChar.self))
            lengths.initializeElement(at: index, to: end - start)
            start = end
          }
          return body(Int32(ends.count), starts.baseAddress, UnsafePointer(lengths.baseAddress))
        }
      }
    }
  }
}

extension UnsafeRawPointer {
  fileprivate func bound<Pointee>(to type: Pointee.Type) -> UnsafePointer<Pointee> { assumingMemoryBound(to: type) }
}
