import Testing

@testable import Settings

/// `Config/llavad.yaml` is documentation that must not drift from the table of keys.
@Suite struct ShippedFileTests {
    private let path: String = {
        let here = #filePath.split(separator: "/").dropLast(3)
        return "/" + here.joined(separator: "/") + "/Config/llavad.yaml"
    }()

    @Test func namesExactlyTheKnownKeys() throws {
        let file = try SettingsFile(path: path)
        #expect(Set(file.values.keys) == Set(SettingTable.keys.map(\.name)))
    }

    @Test func showsTheBuiltInValues() throws {
        let shipped = try SettingsFile(path: path).values
        for (name, value) in SettingsLoader.builtInValues() {
            #expect(shipped[name] == value, "\(name)")
        }
    }

    @Test func keyNamesAndVariablesAreDistinct() {
        #expect(
            Set(SettingTable.keys.map(\.environmentVariable)).count == SettingTable.keys.count)
        #expect(
            SettingTable.key(named: "sources.job_table")?.environmentVariable
                == "LLAVA_SOURCES_JOB_TABLE")
    }
}
