internal import CarbonInclusion

/// Reads the sections in the order in which they name one another.
struct CatalogueReader {
  let root: YAMLCursor

  /// The sections of a catalogue, in the order of the shipped file.
  private static let sections = [
    "programme", "categories", "partners", "administrators", "behaviours", "factors", "points", "caps", "plausibility",
    "exclusivity", "titles", "rewards", "redemption",
  ]

  /// `nil` where the programme cannot be read; every fault is in the log, also where a catalogue comes back.
  func read() -> Catalogue? {
    guard let sections = root.mapping(keys: Self.sections) else { return nil }
    let programme = sections.required("programme").flatMap(ProgrammeSection.read)
    let (categories, categoryCodes) = CategorySection.read(sections.items("categories"))
    let (partners, partnerCodes) = PartnerSection.read(sections.items("partners"))
    let administratorItems = sections.items("administrators")
    let administrators = AdministratorSection.read(administratorItems)
    let approval = ApprovalRule(administrators: administratorItems?.count)
    let behaviours = BehaviourSection.read(sections.items("behaviours"), categories: categoryCodes)
    let factors = FactorSection(behaviours: behaviours, partners: partnerCodes).read(sections.items("factors"))
    let pointsRules = PointsSection(behaviours: behaviours).read(sections.items("points"))
    let caps = CapSection(behaviours: behaviours).read(sections.items("caps"))
    let plausibility = PlausibilitySection(behaviours: behaviours).read(sections.items("plausibility"))
    let groups = ExclusivitySection(behaviours: behaviours).read(sections.items("exclusivity"))
    let titles = TitleSection.read(sections.items("titles"))
    let rewards = RewardSection(partners: partners, partnerCodes: partnerCodes, approval: approval)
      .read(sections.items("rewards"))
    let pointsPolicy = RedemptionSection(approval: approval).read(sections.optional("redemption"))
    return programme.map { programme in
      Catalogue(
        programme: programme, categories: categories, partners: partners, administrators: administrators,
        behaviours: behaviours.behaviours, factors: factors, pointsRules: pointsRules, caps: caps,
        plausibility: plausibility, exclusivityGroups: groups, titles: titles, rewards: rewards,
        pointsPolicy: pointsPolicy)
    }
  }
}

extension YAMLMapping {
  /// The entries of a section; `nil` and a fault where there is no such list.
  fileprivate func items(_ key: String) -> [YAMLCursor]? { required(key)?.list() }
}
