internal import CLibPQ

/// How the process keeps the buffers in which batches are built and sent, megabytes each.
package enum LargeBuffers {
  /// Gives them back to the system once they are no more needed. For the whole process, before its lanes begin.
  ///
  /// By itself glibc takes the size of a large buffer that is freed as the least that it maps alone from then on, up to
  /// 32 MB. The next ones then lie in the heap and leave holes there: 2 MB in a short run, more in a long one.
  package static func giveBack() { puhui_map_from(1 << 20) }
}
