import Foundation
import Testing

@testable import LLaVA

@Suite struct ControlGroupTests {
    private func folder(_ files: [String: String]) throws -> String {
        let root = NSTemporaryDirectory() + "llavad-groups-\(UUID().uuidString)"
        for (path, text) in files {
            let url = URL(fileURLWithPath: "\(root)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        return root
    }

    @Test func theTightestLimitOnTheWayHolds() throws {
        let root = try folder([
            "memory.max": "max\n", "system.slice/memory.max": "8589934592\n",
            "system.slice/llavad.service/memory.max": "max\n",
            "system.slice/llavad.service/memory.high": "4294967296\n",
            "system.slice/cpu.max": "350000 100000\n",
            "system.slice/llavad.service/cpu.max": "max 100000\n",
            "other/memory.max": "1048576\n", "other/cpu.max": "100000 100000\n",
        ])
        defer { try? FileManager.default.removeItem(atPath: root) }
        var limits = ControlGroup()
        limits.take(under: root, path: "/system.slice/llavad.service")
        #expect(limits.memoryBytes == 4 << 30)
        #expect(limits.processors == 4)
    }

    @Test func withoutLimitsThereAreNone() throws {
        let root = try folder(["a/memory.max": "max\n"])
        defer { try? FileManager.default.removeItem(atPath: root) }
        var limits = ControlGroup()
        limits.take(under: root, path: "/a/b")
        #expect(limits.memoryBytes == nil && limits.processors == nil)
    }
}
