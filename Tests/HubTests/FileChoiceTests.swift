import Testing

@testable import Hub

/// Which files of a repository are the model.
@Suite struct FileChoiceTests {
    private func chosen(_ paths: [String], _ wanted: String? = nil) throws -> [String] {
        let files = paths.map { HubFile(path: $0, size: 1, checksum: nil) }
        return try FileChoice(repository: "a/b", files: files).chosen(wanted).map(\.path)
    }

    private static let many = [
        "m-Q2_K.gguf", "m-Q4_K_M.gguf", "m-Q5_K_M.gguf", "mmproj-m-f16.gguf", "mmproj-m-Q8_0.gguf",
        "config.json",
    ]

    @Test func theUsualTypeIsTakenWhereNobodySays() throws {
        #expect(try chosen(Self.many) == ["m-Q4_K_M.gguf", "mmproj-m-f16.gguf"])
        #expect(try chosen(["x.gguf", "README.md"]) == ["x.gguf"])
    }

    @Test func aPartOfANameIsEnough() throws {
        #expect(try chosen(Self.many, "q5_k_m") == ["m-Q5_K_M.gguf", "mmproj-m-f16.gguf"])
        #expect(try chosen(Self.many, "mmproj-m-Q8_0.gguf") == ["mmproj-m-Q8_0.gguf"])
        #expect(try chosen(Self.many, "config.json") == ["config.json"])
    }

    @Test func whatFitsSeveralIsRefusedWithTheNames() {
        let error = #expect(throws: HubError.self) { _ = try chosen(Self.many, "_K_M") }
        #expect(error?.message.contains("2 models fit and not one") == true)
        #expect(error?.message.contains("m-Q2_K.gguf, m-Q4_K_M.gguf") == true)
        #expect(throws: HubError.self) { _ = try chosen(["a.gguf", "b.gguf"]) }
        #expect(throws: HubError.self) { _ = try chosen(["README.md"]) }
    }

    @Test func allPartsOfASplitModelAreFetched() throws {
        let parts = (1...3).map { "Q8_0/m-Q8_0-0000\($0)-of-00003.gguf" }
        let files = ["m-Q2_K.gguf", "mmproj.gguf"] + parts.reversed()
        #expect(try chosen(files, "Q8_0") == parts + ["mmproj.gguf"])
        #expect(try chosen(files, parts[0]) == parts + ["mmproj.gguf"])
        #expect(throws: HubError.self) { _ = try chosen(Array(files.dropLast()), "Q8_0") }
    }

    @Test func aFolderOfSafetensorsIsFetchedWhole() throws {
        let files = [
            "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
            "model.safetensors.index.json", "tokenizer.model", "chat_template.jinja",
        ]
        let others = ["README.md", "pytorch_model.bin", "onnx/config.json", ".gitattributes"]
        #expect(try chosen(files + others) == files)
    }
}
