/// What stood in a list at one moment, told from what came later by position.
package struct DrainMark: Sendable, Equatable {
  /// How many elements stood in the list; after a new life began, what stood in that one is added.
  package private(set) var total: Int64
  /// How many of them are still there.
  package private(set) var left: Int64
  /// How often the list was changed by hand since: positions before that say nothing, so what stood in the list then
  /// was waited for, too.
  package private(set) var changes = 0
  private var incarnation: Int64
  private var end: Int64

  package init(_ state: ListControl.State) {
    total = state.length
    left = state.length
    incarnation = state.incarnation
    end = state.position + state.length
  }

  /// Looks again.
  package mutating func observe(_ state: ListControl.State) {
    if state.incarnation != incarnation {
      // The first claim of all begins the first life, at position 0.
      if incarnation != 0 {
        changes += 1
        end = state.position + state.length
        total += max(0, state.length - left)
      }
      incarnation = state.incarnation
    }
    left = state.length == 0 ? 0 : max(0, end - state.position)
  }
}
