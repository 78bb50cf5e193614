// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "rollcall",
  products: [
    .executable(name: "rollcall", targets: ["rollcall"]),
    .executable(name: "rollcall-bench", targets: ["rollcall-bench"]),
  ],
  targets: [
    .systemLibrary(
      name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CLinux"),
    .target(name: "Presence"),
    .target(name: "Topics", dependencies: ["Presence"]),
    .target(name: "Dialects", dependencies: ["Presence", "Topics"]),
    .target(name: "MQTT", dependencies: ["CMosquitto"]),
    .target(name: "Store", dependencies: ["CSQLite", "Presence"]),
    .target(name: "Bridge", dependencies: ["Presence", "Topics", "Dialects", "MQTT", "Store"]),
    .target(name: "Fleet", dependencies: ["CLinux", "MQTT"]),
    .executableTarget(
      name: "rollcall", dependencies: ["Bridge", "CLinux", "Fleet", "MQTT", "Store", "Topics"]),
    .executableTarget(
      name: "rollcall-bench",
      dependencies: [
        "Bridge", "CMosquitto", "Dialects", "Fleet", "MQTT", "Presence", "Store", "Topics",
      ],
      exclude: ["python"]),
    .target(name: "TestSupport", dependencies: ["MQTT"], path: "Tests/Support"),
    .testTarget(name: "PresenceTests", dependencies: ["Presence"]),
    .testTarget(name: "TopicsTests", dependencies: ["CMosquitto", "Presence", "Topics"]),
    .testTarget(name: "DialectsTests", dependencies: ["Dialects", "Presence", "Topics"]),
    .testTarget(name: "MQTTTests", dependencies: ["MQTT", "TestSupport"]),
    .testTarget(name: "StoreTests", dependencies: ["Store", "Presence", "CSQLite", "TestSupport"]),
    .testTarget(name: "BridgeTests", dependencies: ["Bridge", "Dialects", "TestSupport"]),
    .testTarget(name: "FleetTests", dependencies: ["Fleet", "TestSupport"]),
    .testTarget(
      name: "SimulationTests", dependencies: ["Bridge", "Presence", "Store", "Topics"]),
    .testTarget(
      name: "ProgramTests", dependencies: ["MQTT", "Store", "TestSupport", "rollcall"],
      exclude: ["Page/scripts"]),
    .testTarget(
      name: "BenchmarkTests", dependencies: ["TestSupport", "rollcall", "rollcall-bench"]),
  ],
  swiftLanguageModes: [.v6]
)
