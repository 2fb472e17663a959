import Foundation
import Testing

/// The arrows between the targets: Package.swift draws them, and no file may import past them.
struct ImportTests {
    /// What any file may import: the platform, not the house.
    static let platform: Set<String> = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Swift", "Synchronization",
        "Testing", "PackageDescription",
    ]

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Reads the `uses:` lists of Package.swift: target name -> names it may import.
    static func permissions() throws -> [String: Set<String>] {
        let text = try String(
            contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
        let products = [
            "argumentParser": "ArgumentParser", "logging": "Logging", "crypto": "Crypto",
            "yams": "Yams", "lifecycle": "ServiceLifecycle",
        ]
        var permissions: [String: Set<String>] = [:]
        let house = /house\(\s*"(?<name>\w+)"(?:,\s*uses:\s*\[(?<uses>[^\]]*)\])?/
        let suite = /tests\(\s*"(?<name>\w+)",\s*of:\s*\[(?<uses>[^\]]*)\]/
        let program =
            /executableTarget\(\s*name:\s*"(?<name>\w+)",\s*dependencies:\s*\[(?<uses>[^\]]*)\]/
        func add(_ name: Substring, _ uses: Substring) {
            var allowed: Set<String> = []
            for item in uses.split(separator: ",") {
                let word = item.trimmingCharacters(in: .whitespacesAndNewlines)
                if word.isEmpty { continue }
                allowed.insert(products[word] ?? word.trimmingCharacters(in: ["\""]))
            }
            permissions[String(name)] = allowed
        }
        for match in text.matches(of: house) { add(match.name, match.uses ?? "") }
        for match in text.matches(of: program) { add(match.name, match.uses) }
        for match in text.matches(of: suite) { add(match.name, match.uses) }
        return permissions
    }

    static func imports(of file: URL) throws -> [String] {
        let text = try String(contentsOf: file, encoding: .utf8)
        let statement =
            /(?m)^(?:@\w+(?:\(\w+\))?\s+)?(?:public |internal |package )?import (?<module>\w+)/
        return text.matches(of: statement).map { String($0.module) }
    }

    @Test func everyTargetImportsOnlyWhatPackageSwiftAllows() throws {
        let permissions = try Self.permissions()
        #expect(permissions.count >= 11, "the pattern no longer finds the targets of Package.swift")
        for (target, allowed) in permissions {
            let place = target.hasSuffix("Tests") ? "Tests" : "Sources"
            let folder = Self.root.appendingPathComponent("\(place)/\(target)")
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift" else { continue }
                for module in try Self.imports(of: file)
                where !allowed.contains(module) && !Self.platform.contains(module) {
                    Issue.record("\(file.path) imports \(module), which \(target) may not")
                }
            }
        }
    }

    @Test func theEngineKnowsNoDatabaseAndStorageKnowsNoEngine() throws {
        let permissions = try Self.permissions()
        func reachable(from start: String) -> Set<String> {
            var seen: Set<String> = []
            var open = [start]
            while let next = open.popLast() {
                for name in permissions[next] ?? [] where seen.insert(name).inserted {
                    open.append(name)
                }
            }
            return seen
        }
        #expect(!reachable(from: "LLaVA").contains("Storage"))
        #expect(!reachable(from: "Pipeline").contains("Storage"))
        #expect(!reachable(from: "Storage").contains("LLaVA"))
        #expect(reachable(from: "Workers").isSuperset(of: ["Storage", "Pipeline"]))
    }
}
