internal import CarbonInclusion
internal import PostgresClient

/// Writes the codes of a catalogue into their tables. Codes keep their numbers; what a version drops is only marked.
struct CatalogueWriter {
  let catalogue: Catalogue

  mutating func write(_ connection: inout PostgresConnection) throws {
    try connection.execute(
      """
      UPDATE puhui.partner SET in_catalogue = false;
      UPDATE puhui.behaviour SET in_catalogue = false;
      UPDATE puhui.factor SET in_catalogue = false;
      DELETE FROM puhui.title
      """)
    for category in catalogue.categories { try write(category, &connection) }
    for partner in catalogue.partners { try write(partner, &connection) }
    for behaviour in catalogue.behaviours { try write(behaviour, &connection) }
    for factor in catalogue.factors { try write(factor, &connection) }
    for title in catalogue.titles { try write(title, &connection) }
  }

  private func write(_ category: Catalogue.Category, _ connection: inout PostgresConnection) throws {
    _ = try connection.query(
      """
      INSERT INTO puhui.category (code, name_chinese, name_english) VALUES ($1, $2, $3)
      ON CONFLICT (code) DO UPDATE SET name_chinese = excluded.name_chinese, name_english = excluded.name_english
      """, named(category.code, category.name))
  }

  private func write(_ partner: Catalogue.Partner, _ connection: inout PostgresConnection) throws {
    _ = try connection.query(
      """
      INSERT INTO puhui.partner (partner_no, code, name_chinese, name_english, in_catalogue)
      SELECT coalesce(max(partner_no), 0) + 1, $1, $2, $3, true FROM puhui.partner
      ON CONFLICT (code) DO UPDATE
      SET name_chinese = excluded.name_chinese, name_english = excluded.name_english, in_catalogue = true
      """, named(partner.code, partner.name))
  }

  private func write(_ behaviour: Catalogue.Behaviour, _ connection: inout PostgresConnection) throws {
    var parameters = named(behaviour.code, behaviour.name)
    parameters.append(behaviour.category)
    parameters.append(behaviour.unit.rawValue)
    let kept = try connection.query(
      """
      INSERT INTO puhui.behaviour (behaviour_no, code, name_chinese, name_english, category, unit, in_catalogue)
      SELECT coalesce(max(behaviour_no), 0) + 1, $1, $2, $3, $4, $5, true FROM puhui.behaviour
      ON CONFLICT (code) DO UPDATE
      SET name_chinese = excluded.name_chinese, name_english = excluded.name_english, category = excluded.category,
        in_catalogue = true
      WHERE behaviour.unit = excluded.unit
      RETURNING behaviour_no
      """, parameters)
    guard kept.count == 1 else { throw LedgerError.unitChanged(behaviour: behaviour.code) }
  }

  private func write(_ title: Catalogue.Title, _ connection: inout PostgresConnection) throws {
    var parameters = named(title.code, title.name)
    parameters.append(title.fromMilligrams)
    _ = try connection.query(
      "INSERT INTO puhui.title (code, name_chinese, name_english, from_mg) VALUES ($1, $2, $3, $4)", parameters)
  }

  private func write(_ factor: Catalogue.Factor, _ connection: inout PostgresConnection) throws {
    var parameters = PostgresParameters()
    parameters.append(factor.version)
    parameters.append(factor.behaviour)
    parameters.append(factor.partner)
    parameters.append(factor.region?.code)
    parameters.append(factor.grams.description)
    parameters.append(factor.per.description)
    parameters.append(factor.unit.rawValue)
    parameters.append(date: factor.validity.from.number)
    parameters.append(date: factor.validity.to?.number)
    parameters.append(factor.source)
    parameters.append(factor.grade.rawValue)
    parameters.append(factor.borrowedFrom)
    let kept = try connection.query(
      """
      INSERT INTO puhui.factor (factor_no, version, behaviour_no, partner_no, region, grams, per, unit, valid_from,
        valid_to, source, grade, borrowed_from, in_catalogue)
      SELECT (SELECT coalesce(max(factor_no), 0) + 1 FROM puhui.factor), $1, b.behaviour_no,
        (SELECT partner_no FROM puhui.partner WHERE code = $3), $4, $5::text::numeric, $6::text::numeric, $7, $8, $9,
        $10, $11, $12, true
      FROM puhui.behaviour b WHERE b.code = $2
      ON CONFLICT (version) DO UPDATE
      SET valid_to = excluded.valid_to, source = excluded.source, grade = excluded.grade,
        borrowed_from = excluded.borrowed_from, in_catalogue = true
      WHERE (factor.behaviour_no, factor.partner_no, factor.region, factor.grams, factor.per, factor.unit,
          factor.valid_from)
        IS NOT DISTINCT FROM (excluded.behaviour_no, excluded.partner_no, excluded.region, excluded.grams,
          excluded.per, excluded.unit, excluded.valid_from)
      RETURNING factor_no
      """, parameters)
    guard kept.count == 1 else {
      throw LedgerError.factorChanged(
        version: factor.version,
        detail: "now \(factor.grams) g per \(factor.per) \(factor.unit.rawValue) of \(factor.behaviour)")
    }
  }

  private func named(_ code: String, _ name: Catalogue.Name) -> PostgresParameters {
    var parameters = PostgresParameters()
    parameters.append(code)
    parameters.append(name.chinese)
    parameters.append(name.english)
    return parameters
  }
}
