import Foundation
import Testing

/// Inputs that fuzzing found worth keeping, through the readers as a fuzzer calls them.
///
/// A reader that takes one for good or refuses it passes; a trap ends the test run.
@Suite struct FuzzCaseTests {
    private static let folder = GoldenFixture.folder.deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz/cases")

    @Test func everyKeptInputIsReadOrRefused() throws {
        setenv("LLAVAD_FUZZ_CHECKPOINT", CheckpointCopy.original.path, 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        for reader in Reader.allCases {
            let cases = names.filter { $0.hasPrefix("\(reader.rawValue)-") }
            #expect(!cases.isEmpty, "\(reader)")
            let place = Workplace(reader)
            defer { try? FileManager.default.removeItem(atPath: place.folder) }
            for name in cases.sorted() {
                let bytes = try Data(contentsOf: Self.folder.appending(path: name))
                bytes.withUnsafeBytes { place.put($0) }
                reader.read(place)
            }
        }
    }
}
