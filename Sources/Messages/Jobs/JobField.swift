/// The fields of jobs.
enum JobField: String, CaseIterable {
  case id
  case operation = "op"
  case resident
  case reward
  case quantity
  case codes
  case redemption
  case from
  case to
  case name
  case points
  case job
  case partner
  case activity
  case decision
  case reason
}
