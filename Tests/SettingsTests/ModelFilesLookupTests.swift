import Testing

@testable import Settings

@Suite struct ModelFilesLookupTests {
    @Test func autoFindsTheOnlyModelAndItsProjector() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        try folder.write("models/a.gguf", "")
        try folder.write("models/a-mmproj.gguf", "")
        let found = try ModelSettings().files(stateDirectory: folder.path)
        #expect(found.text == folder.path + "/models/a.gguf")
        #expect(found.mmproj == folder.path + "/models/a-mmproj.gguf")
    }

    @Test func aSplitModelGoesByItsFirstPart() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        for part in 1...3 { try folder.write("models/a-0000\(part)-of-00003.gguf", "") }
        try folder.write("models/a-mmproj.gguf", "")
        let found = try ModelSettings().files(stateDirectory: folder.path)
        #expect(found.text == folder.path + "/models/a-00001-of-00003.gguf")
    }

    @Test func aFolderOfItsOwnHoldsAPulledModel() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        try folder.write("models/llava/config.json", "{}")
        try folder.write("models/llava/a-q4.gguf", "")
        try folder.write("models/llava/a-mmproj.gguf", "")
        try folder.write("models/.half/b.gguf", "")
        let found = try ModelSettings().files(stateDirectory: folder.path)
        #expect(found.text == folder.path + "/models/llava/a-q4.gguf")
        #expect(found.mmproj == folder.path + "/models/llava/a-mmproj.gguf")
        let entries = ModelsFolder(path: folder.path + "/models").entries
        #expect(entries.map(\.name) == ["llava/a-q4.gguf"])
    }

    @Test func autoTakesAHuggingFaceFolder() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        try folder.write("models/llava/config.json", "{}")
        let found = try ModelSettings().files(stateDirectory: folder.path)
        #expect(found.text == folder.path + "/models/llava")
        #expect(found.mmproj == nil)
    }

    @Test func noneOrSeveralModelsAreAnError() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        #expect(throws: SettingsError.self) {
            try ModelSettings().files(stateDirectory: folder.path)
        }
        try folder.write("models/a.gguf", "")
        try folder.write("models/b.gguf", "")
        let error = #expect(throws: SettingsError.self) {
            try ModelSettings().files(stateDirectory: folder.path)
        }
        #expect(error?.message.contains("2 models lie in") == true)
        #expect(throws: SettingsError.self) {
            try ModelSettings(text: folder.path + "/models/a.gguf")
                .files(stateDirectory: folder.path)
        }
    }
}
