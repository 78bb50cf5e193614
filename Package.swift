// swift-tools-version: 6.2
import PackageDescription

/// What `Tests/Fuzz` lets bytes into: the ordinary tests replay kept inputs there, and `Tests/fuzz` finds others.
let fuzzedModules: [Target.Dependency] = [
  "Bridge", "CMosquitto", "Fleet", "MQTT", "Presence", "Store", "TestSupport", "Topics", "rollcall",
]

let package = Package(
  name: "rollcall",
  products: [
    .executable(name: "rollcall", targets: ["rollcall"]),
    .executable(name: "rollcall-bench", targets: ["rollcall-bench"]),
    // Only for tests, which have it loaded into the program.
    .library(name: "DiskShim", type: .dynamic, targets: ["DiskShim"]),
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
    .target(name: "Store", dependencies: ["CSQLite", "Presence", "Topics"]),
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
    .target(name: "DiskShim", path: "Tests/DiskShim"),
    .target(name: "RecordingDisk", dependencies: ["CSQLite"], path: "Tests/RecordingDisk"),
    .testTarget(name: "PresenceTests", dependencies: ["Presence"]),
    .testTarget(name: "TopicsTests", dependencies: ["CMosquitto", "Presence", "Topics"]),
    .testTarget(name: "DialectsTests", dependencies: ["Dialects", "Presence", "Topics"]),
    .testTarget(name: "MQTTTests", dependencies: ["MQTT", "TestSupport"]),
    .testTarget(
      name: "StoreTests",
      dependencies: ["Store", "Presence", "CSQLite", "RecordingDisk", "TestSupport"]),
    .testTarget(name: "BridgeTests", dependencies: ["Bridge", "Dialects", "TestSupport"]),
    .testTarget(name: "FleetTests", dependencies: ["Fleet", "TestSupport"]),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["Bridge", "CMosquitto", "Dialects", "Presence", "Store", "Topics"]),
    .testTarget(
      name: "ProgramTests", dependencies: ["MQTT", "Store", "TestSupport", "rollcall"],
      exclude: ["Page/scripts"]),
    .testTarget(
      name: "BenchmarkTests", dependencies: ["TestSupport", "rollcall", "rollcall-bench"]),
    .testTarget(
      name: "FuzzTests", dependencies: fuzzedModules, path: "Tests/Fuzz",
      exclude: ["Corpus", "Program"]),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzzers are one program, which holds the commands as a library. It is built for `Tests/fuzz` alone, as it needs
// libFuzzer.
if Context.environment["ROLLCALL_FUZZ"] != nil {
  package.products = []
  package.targets.removeAll {
    $0.type == .test || ["rollcall", "rollcall-bench"].contains($0.name)
  }
  package.targets += [
    .target(
      name: "rollcall", dependencies: ["Bridge", "CLinux", "Fleet", "MQTT", "Store", "Topics"],
      exclude: ["main.swift"]),
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/Program/CFuzzer"),
    .executableTarget(
      name: "rollcall-fuzz", dependencies: fuzzedModules + ["CFuzzer"], path: "Tests/Fuzz",
      exclude: ["Corpus", "Tests", "Program/CFuzzer"]),
  ]
}
