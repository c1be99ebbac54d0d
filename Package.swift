// swift-tools-version: 6.2
import PackageDescription

/// The floor plan: a module imports only what its line lists (Sources/README.md explains it, FloorPlanTests holds it).
let package = Package(
  name: "puhui",
  products: [.executable(name: "puhui", targets: ["Puhui"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
  ],
  targets: [
    // Floor 0: C libraries. hiredis without pkgConfig: its file holds a flag that SwiftPM warns about on every build.
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev", "pkg-config"])]),
    .systemLibrary(name: "CQRencode", providers: [.apt(["libqrencode-dev"])]),

    // Floor 1: pure.
    .target(name: "CarbonInclusion"),
    .target(name: "Lanes"),

    // Floor 2: one outside thing each.
    .target(name: "RedisClient", dependencies: ["CHiredis"]),
    .target(name: "PostgresClient", dependencies: ["CLibPQ"]),
    .target(
      name: "Messages",
      dependencies: ["CarbonInclusion", .product(name: "Crypto", package: "swift-crypto")]),
    .target(name: "Feeding", dependencies: ["CarbonInclusion"]),
    .target(name: "CatalogueFile", dependencies: ["CarbonInclusion", "Yams"]),

    // Floor 3: what Puhui keeps in Redis and in PostgreSQL.
    .target(name: "Queues", dependencies: ["RedisClient"]),
    .target(
      name: "Ledger", dependencies: ["PostgresClient", "CarbonInclusion"],
      resources: [
        .embedInCode("Migrations/m0001_main_job.sql"), .embedInCode("Migrations/m0002_views.sql"),
        .embedInCode("Migrations/m0003_sequences.sql"), .embedInCode("Migrations/m0004_dead_letters.sql"),
        .embedInCode("Migrations/m0005_watermark.sql"),
        .embedInCode("Migrations/m0006_rewards.sql"),
        .embedInCode("Migrations/m0007_certificates.sql"),
        .embedInCode("Migrations/m0008_leg_blocks.sql"),
        .embedInCode("Migrations/m0009_parallel_reading.sql"),
        .embedInCode("Migrations/m0010_names.sql"),
        .embedInCode("Migrations/m0011_batch_rows.sql"),
        .embedInCode("Migrations/m0012_one_name.sql"),
        .embedInCode("Migrations/m0013_title_order.sql"),
        .embedInCode("Migrations/m0014_account_reserve.sql"),
      ]),

    .target(
      name: "Certificates",
      dependencies: ["CarbonInclusion", "Messages", "CQRencode", .product(name: "Crypto", package: "swift-crypto")]),

    // Floor 4: the loops.
    .target(
      name: "Workers",
      dependencies: ["Messages", "CarbonInclusion", "Lanes", .product(name: "Logging", package: "swift-log")]),

    // Floor 5: the binary.
    .executableTarget(
      name: "Puhui",
      dependencies: [
        "CarbonInclusion", "CatalogueFile", "Certificates", "Feeding", "Lanes", "Ledger", "Messages", "PostgresClient",
        "Queues", "RedisClient", "Workers",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),

    // Tests. TestServers starts a private Redis and PostgreSQL for a test process.
    .target(name: "TestServers", path: "Tests/TestServers"),
    // Simulation runs the loops against simulated servers; SimulationCommand is scripts/simulate.
    .target(
      name: "Simulation",
      dependencies: [
        "CarbonInclusion", "Lanes", "Messages", "Workers",
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/Simulation"),
    .executableTarget(
      name: "SimulationCommand",
      dependencies: ["Simulation", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tests/SimulationCommand"),
    // Parts of the way without a fleet: the ledger's rows from memory, which scripts/bench compares the fleet with, and
    // the stages that scripts/hotpath counts instructions of.
    .executableTarget(
      name: "BenchCommand",
      dependencies: [
        "CarbonInclusion", "CatalogueFile", "Feeding", "Ledger", "Messages", "PostgresClient",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Bench"),
    .testTarget(name: "SimulationTests", dependencies: ["Simulation", "Queues", "RedisClient", "TestServers"]),
    .testTarget(name: "HouseTests"),
    .testTarget(name: "CarbonInclusionTests", dependencies: ["CarbonInclusion"]),
    .testTarget(name: "MessagesTests", dependencies: ["Messages", "CarbonInclusion"]),
    .testTarget(name: "CatalogueFileTests", dependencies: ["CatalogueFile", "CarbonInclusion"]),
    .testTarget(name: "QueuesTests", dependencies: ["Queues", "RedisClient", "TestServers"]),
    .testTarget(name: "FeedingTests", dependencies: ["Feeding", "Messages", "CarbonInclusion"]),
    .testTarget(
      name: "CertificatesTests", dependencies: ["Certificates", "CarbonInclusion"], exclude: ["Golden"]),
    .testTarget(name: "LanesTests", dependencies: ["Lanes", "TestServers"]),
    .testTarget(name: "PostgresClientTests", dependencies: ["PostgresClient", "TestServers"]),
    .testTarget(
      name: "FleetTests",
      dependencies: [
        "CarbonInclusion", "CatalogueFile", "Certificates", "Ledger", "Messages", "PostgresClient", "Queues",
        "RedisClient", "TestServers", "Workers", "Puhui", .product(name: "Crypto", package: "swift-crypto"),
      ]),

    // What rewards should do, in its plainest form: judges the ledger, and draws what happens to it from seeds.
    .target(
      name: "RewardsModel", dependencies: ["CarbonInclusion"], path: "Tests/RewardsModel"),
    .testTarget(name: "RewardsModelTests", dependencies: ["RewardsModel", "CarbonInclusion"]),
    .testTarget(
      name: "RewardsTrialTests",
      dependencies: [
        "RewardsModel", "CarbonInclusion", "Ledger", "Messages", "PostgresClient", "TestServers", "Workers",
      ]),

    // What is fuzzed, and how: the same functions take the committed corpus in a test and new inputs in scripts/fuzz.
    .target(
      name: "FuzzHarnesses",
      dependencies: ["CarbonInclusion", "CatalogueFile", "Feeding", "Messages", "Queues", "RedisClient", "Workers"],
      path: "Tests/Fuzz/Harnesses"),
    .testTarget(name: "FuzzCorpusTests", dependencies: ["Feeding", "FuzzHarnesses"]),
  ],
  swiftLanguageModes: [.v6]
)

// Links only in a build of its own: scripts/fuzz builds with `--sanitize fuzzer`.
if Context.environment["PUHUI_FUZZ"] == "1" {
  package.targets.append(
    .executableTarget(name: "Fuzz", dependencies: ["FuzzHarnesses"], path: "Tests/Fuzz/Program"))
}

let computing: Set = [
  "CarbonInclusion", "Lanes", "RedisClient", "PostgresClient", "Messages", "Feeding", "Queues", "Ledger", "Workers",
  "Simulation", "RewardsModel",
]
for target in package.targets where target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .treatAllWarnings(as: .error),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("InternalImportsByDefault"),
    ]
  // The tests make thousands of simulated runs, a hundred thousand operations of rewards, and move millions of messages
  // through real fleets: debug builds are for speed too where that is computed, and quick to build elsewhere.
  if computing.contains(target.name) {
    target.swiftSettings?.append(.unsafeFlags(["-O"], .when(configuration: .debug)))
  }
}
