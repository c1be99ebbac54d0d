internal import CarbonInclusion

/// The behaviours that were read, for the sections that name them.
struct BehaviourTable {
  var codes: DefinedCodes
  private(set) var behaviours: [Catalogue.Behaviour] = []
  private var cursors: [YAMLCursor] = []

  /// Starts without behaviours; `isUnknown` where the section cannot be read at all.
  init(isUnknown: Bool) { self.codes = DefinedCodes(noun: "behaviour", isUnknown: isUnknown) }

  /// Remembers a behaviour and the place of its entry.
  mutating func add(_ behaviour: Catalogue.Behaviour, at cursor: YAMLCursor) {
    behaviours.append(behaviour)
    cursors.append(cursor)
  }

  /// `nil` also for a behaviour whose own entry is wrong: what depends on it is then not judged.
  func behaviour(_ code: String?) -> Catalogue.Behaviour? { behaviours.first { $0.code == code } }

  /// Logs each active behaviour that no factor names: everything reported for it would be refused.
  func requireFactors(named: Set<String>) {
    for (behaviour, cursor) in zip(behaviours, cursors) where behaviour.active && !named.contains(behaviour.code) {
      cursor.fault("the behaviour \"\(behaviour.code)\" is active, but no factor names it")
    }
  }
}
