import ModelFiles
import Testing

/// Files made wrong by hand, each with the sentence it is refused with.
@Suite struct BadFileTests {
    // MARK: GGUF

    @Test func theGGUFFileToBeDamagedIsGood() throws {
        let file = try TemporaryFile(BadFile.goodGGUF.build())
        #expect(try GGUFFile(path: file.path).tensorNames == ["t"])
    }

    private static let gguf =
        BadGGUFFiles.preamble + BadGGUFFiles.keys + BadGGUFFiles.ends + BadGGUFFiles.texts
        + BadGGUFFiles.arrays + BadGGUFFiles.alignments + BadGGUFFiles.splitKeys
        + BadGGUFFiles.names + BadGGUFFiles.shapes + BadGGUFFiles.places

    @Test(arguments: gguf)
    func isRefusedAsGGUF(_ file: BadFile) throws {
        try file.expectRefusal { _ = try GGUFFile(path: $0) }
    }

    @Test(arguments: BadSplitModels.all)
    func isRefusedAsASplitModel(_ folder: BadFolder) throws {
        try folder.expectRefusal { _ = try GGUFFile(path: "\($0)/\(BadSplitModels.first)") }
    }

    // MARK: Safetensors

    private static let safetensors =
        BadSafetensorsFiles.headers + BadSafetensorsFiles.entries + BadSafetensorsFiles.shapes
        + BadSafetensorsFiles.places

    @Test(arguments: safetensors)
    func isRefusedAsSafetensors(_ file: BadFile) throws {
        try file.expectRefusal { _ = try SafetensorsFile(path: $0) }
    }

    @Test(arguments: BadSafetensorsFolders.all)
    func isRefusedAsAFolder(_ folder: BadFolder) throws {
        try folder.expectRefusal { _ = try SafetensorsFolder(path: $0) }
    }

    // MARK: JSON and SentencePiece

    @Test(arguments: BadJSONFiles.structure + BadJSONFiles.values)
    func isRefusedAsJSON(_ file: BadFile) throws {
        try file.expectRefusal { _ = try JSONFile(path: $0) }
    }

    @Test(arguments: BadSentencePieceFiles.fields + BadSentencePieceFiles.models)
    func isRefusedAsSentencePiece(_ file: BadFile) throws {
        try file.expectRefusal { _ = try SentencePieceModel(path: $0) }
    }

    // MARK: Any format

    @Test func thereAreManyKindsOfDamage() {
        let files =
            Self.gguf + Self.safetensors + BadJSONFiles.structure + BadJSONFiles.values
            + BadSentencePieceFiles.fields + BadSentencePieceFiles.models
        #expect(files.count + BadSplitModels.all.count + BadSafetensorsFolders.all.count >= 250)
        #expect(files.allSatisfy { !$0.sentence.contains("\n") })
    }
}
