import Pipeline
import Testing

@testable import Storage
@testable import Workers

@Suite struct PresetLibraryTests {
    private func database() async throws -> Database {
        try await Database.open(try await TestServer.freshDatabase(), applicationName: "test")
    }

    @Test func theBuiltInPresetsAreStoredOnce() async throws {
        let database = try await database()
        let presets = try Preset.builtIn()
        #expect(try await PresetLibrary.store(presets, default: "brief", in: database) == 8)
        #expect(try await PresetLibrary.store(presets, default: "brief", in: database) == 0)
        let rows = try await database.presets()
        #expect(rows.count == 8)
        #expect(rows.filter(\.isDefault).map(\.name) == ["brief"])
        #expect(rows.allSatisfy { $0.version == 1 })
        await database.close()
    }

    @Test func aPresetThatPeopleChangedStaysTheirs() async throws {
        let database = try await database()
        let presets = try Preset.builtIn()
        _ = try await PresetLibrary.store(presets, default: "brief", in: database)
        let mine = try Preset(
            yaml: "name: brief\nquestions: [{name: caption, prompt: Say it.}]", source: "mine")
        _ = try await database.addPreset(NewPreset(mine))
        #expect(try await PresetLibrary.store(presets, default: "brief", in: database) == 0)
        let brief = try await database.presets().first { $0.name == "brief" }
        #expect(brief?.version == 2)
        #expect(brief?.isDefault == true)
        await database.close()
    }

    @Test func theSettingsNameTheDefault() async throws {
        let database = try await database()
        let presets = try Preset.builtIn()
        _ = try await PresetLibrary.store(presets, default: "tags", in: database)
        #expect(try await database.presets().filter(\.isDefault).map(\.name) == ["tags"])
        let error = await #expect(throws: PipelineError.self) {
            _ = try await PresetLibrary.store(presets, default: "none", in: database)
        }
        #expect(error?.message.contains("'none'") == true)
        await database.close()
    }
}
