/// Names one version of a row, as the system columns `ctid` and `xmin` do: whoever writes the row makes another one.
///
/// Worth something within the transaction that read it, and on the server that answered.
package struct RowVersion: Sendable, Equatable {
  /// `ctid`: the block's number, and the place in it.
  let block: UInt32
  let place: UInt16
  /// `xmin`: the transaction that wrote this version.
  let writer: UInt32
}
