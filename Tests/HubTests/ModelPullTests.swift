import Foundation
import Testing

@testable import Hub

/// Fetching models from a server that behaves like a hub, and misbehaves like a network.
@Suite final class ModelPullTests {
    private let folder: String
    private static let weights = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    private static let projector = Array("projector".utf8)

    init() {
        folder = NSTemporaryDirectory() + "pull-\(UUID().uuidString)/models/model"
    }

    deinit {
        let top = URL(fileURLWithPath: folder).deletingLastPathComponent()
            .deletingLastPathComponent()
        try? FileManager.default.removeItem(at: top)
    }

    private func withHub<Result>(
        _ files: [String: [UInt8]] = [
            "model-Q4_K_M.gguf": weights, "mmproj-model-f16.gguf": projector,
            "README.md": Array("read".utf8),
        ], token: String? = nil, _ body: (TestHub) throws -> Result
    ) throws -> Result {
        let hub = try TestHub(files: files, token: token)
        defer { hub.stop() }
        return try body(hub)
    }

    private func pull(
        _ hub: TestHub, _ wanted: String? = nil, token: String? = nil, revision: String = "main",
        stallSeconds: Int = 30, attempts: Int = 3
    ) throws -> ModelPull.Pulled {
        let address = try HubAddress(
            endpoint: hub.endpoint, repository: hub.repository, revision: revision)
        var patience = FileDownload.Patience()
        patience.attempts = attempts
        patience.firstWait = .milliseconds(1)
        return try ModelPull(
            address: address, wanted: wanted, token: token, patience: patience,
            stallSeconds: stallSeconds
        ).fetch(into: folder)
    }

    private func content(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: "\(folder)/\(name)").map { [UInt8]($0) }
    }

    private var names: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? []
    }

    @Test func aModelArrivesWithItsProjector() throws {
        try withHub { hub in
            let pulled = try pull(hub)
            #expect(pulled.commit == TestHub.commit)
            #expect(
                pulled.paths
                    == ["model-Q4_K_M.gguf", "mmproj-model-f16.gguf"].map {
                        "\(folder)/\($0)"
                    })
            #expect(content("model-Q4_K_M.gguf") == Self.weights)
            #expect(content("mmproj-model-f16.gguf") == Self.projector)
            #expect(names.count == 2)
            let before = hub.requests.count
            #expect(try pull(hub).alreadyThere.count == 2)
            #expect(hub.requests.count == before + 1, "files that are there are fetched again")
        }
    }

    @Test func anInterruptedFileGoesOnWhereItEnded() throws {
        try withHub { hub in
            hub.fail(.cut(after: 100_000), .cut(after: 50_000))
            _ = try pull(hub, "model-Q4_K_M.gguf")
            #expect(content("model-Q4_K_M.gguf") == Self.weights)
            let offsets = hub.requests.filter { $0.isForBytes && $0.path.contains("Q4_K_M") }
                .map(\.offset)
            #expect(offsets == [0, 100_000, 150_000])
        }
    }

    @Test func aLaterRunGoesOnWhereAnEarlierOneGaveUp() throws {
        try withHub { hub in
            hub.fail(.cut(after: 1000), .cut(after: 0), .cut(after: 0))
            let error = #expect(throws: HubError.self) { _ = try pull(hub) }
            #expect(error?.kind == .network)
            #expect(names.count == 1 && names[0].hasSuffix(".part"), "\(names)")
            _ = try pull(hub)
            #expect(content("model-Q4_K_M.gguf") == Self.weights)
            #expect(hub.requests.filter { $0.offset == 1000 }.isEmpty == false)
            #expect(names.count == 2)
        }
    }

    @Test func aServerWithoutRangesSendsAllAgain() throws {
        try withHub { hub in
            hub.fail(.cut(after: 7000), .noRanges)
            _ = try pull(hub)
            #expect(content("model-Q4_K_M.gguf") == Self.weights)
        }
    }

    @Test func corruptBytesAreRefusedAndRemoved() throws {
        try withHub { hub in
            hub.fail(.corruption)
            let error = #expect(throws: HubError.self) { _ = try pull(hub) }
            #expect(error?.kind == .corrupt)
            #expect(error?.message.contains(TestHub.sha256(Self.weights)) == true)
            #expect(names.isEmpty, "\(names)")
            _ = try pull(hub)
            #expect(content("model-Q4_K_M.gguf") == Self.weights)
        }
    }

    @Test func aCorruptSmallFileIsRefusedByItsGitName() throws {
        let config = Array("{}".utf8)
        let files = ["config.json": config, "model.safetensors": Self.weights]
        try withHub(files) { hub in
            #expect(try pull(hub).paths.count == 2)
            #expect(content("config.json") == config)
            try Data("{ }".utf8).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
            let error = #expect(throws: HubError.self) { _ = try pull(hub) }
            #expect(error?.kind == .disk)
            #expect(error?.message.contains("is another file than the hub's") == true)
            #expect(content("config.json") == Array("{ }".utf8), "the person's file was changed")
        }
    }

    @Test func theTokenIsToldToTheHubAlone() throws {
        try withHub(token: "hf_secret") { hub in
            let error = #expect(throws: HubError.self) { _ = try pull(hub) }
            #expect(error?.kind == .forbidden)
            #expect(error?.message.contains("HF_TOKEN") == true)
            let wrong = #expect(throws: HubError.self) { _ = try pull(hub, token: "hf_wrong") }
            #expect(wrong?.message.contains("hf_wrong") == false)
            _ = try pull(hub, token: "hf_secret")
            #expect(content("model-Q4_K_M.gguf") == Self.weights)
            let bytes = hub.requests.filter(\.isForBytes)
            #expect(bytes.count == 2)
            #expect(bytes.allSatisfy { $0.headers["authorization"] == nil })
        }
    }

    @Test func whatIsNotThereIsSaidInOneSentence() throws {
        try withHub { hub in
            let revision = #expect(throws: HubError.self) { _ = try pull(hub, revision: "v2") }
            #expect(revision?.kind == .notFound)
            let file = #expect(throws: HubError.self) { _ = try pull(hub, "Q8_0") }
            #expect(file?.kind == .request)
            #expect(file?.message.contains("mmproj-model-f16.gguf, model-Q4_K_M.gguf") == true)
        }
    }

    @Test func aHubThatIsBusyIsAskedAgain() throws {
        try withHub { hub in
            hub.fail(.status(503), .status(429))
            _ = try pull(hub)
            #expect(content("model-Q4_K_M.gguf") == Self.weights)
        }
    }

    @Test func aServerThatNeverAnswersIsGivenUp() throws {
        try withHub { hub in
            hub.fail(.silence)
            let error = #expect(throws: HubError.self) {
                _ = try pull(hub, stallSeconds: 1, attempts: 1)
            }
            #expect(error?.kind == .network)
            _ = try pull(hub, stallSeconds: 1)
            #expect(content("model-Q4_K_M.gguf") == Self.weights)
        }
    }

    @Test(arguments: ["../evil.gguf", "/etc/passwd", "a/../../b", "a//b", "a\\b", ".", "a\nb"])
    func namesThatLeadOutOfTheFolderAreRefused(name: String) throws {
        try withHub { hub in
            hub.list(name)
            let error = #expect(throws: HubError.self) { _ = try pull(hub) }
            #expect(error?.kind == .reply)
            #expect(names.isEmpty)
        }
    }

    @Test func anEndpointThatIsNoHub() throws {
        try withHub { hub in
            let address = try HubAddress(
                endpoint: hub.endpoint + "/prefix", repository: hub.repository, revision: "main")
            let error = #expect(throws: HubError.self) {
                _ = try ModelPull(address: address, wanted: nil, token: nil).fetch(into: folder)
            }
            #expect(error?.kind == .notFound)
        }
        for endpoint in ["", "host", "ftp://host", "file:///etc"] {
            #expect(throws: HubError.self, "\(endpoint)") {
                _ = try HubAddress(endpoint: endpoint, repository: "a/b", revision: "main")
            }
        }
        for repository in ["a", "a/b/c", "../b", "a/..", "a/", "a/b?c", "a b/c"] {
            #expect(throws: HubError.self, "\(repository)") {
                _ = try HubAddress(
                    endpoint: "https://host", repository: repository, revision: "main")
            }
        }
    }
}
