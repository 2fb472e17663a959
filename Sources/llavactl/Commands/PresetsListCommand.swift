import ArgumentParser
import FoundationEssentials
import Pipeline
import Storage

/// `presets list`: what can be asked.
struct PresetsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List presets.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var format: FormatOption

    @Flag(help: "Old versions too.")
    var allVersions = false

    private static let columns = [
        Column("name"), Column("version", .number), Column("default"), Column("questions"),
        Column("summary", .prose), Column("created_at", .hidden),
    ]

    func run() async throws {
        try await shared.withDatabase { database, settings in
            try await PresetCheck.addMissing(to: database, settings)
            let printer = RowPrinter(
                columns: Self.columns, format: format.resolved(shared), to: .standardOutput())
            for row in try await database.presets(allVersions: allVersions) {
                let preset = try Preset(json: row.body, version: row.version)
                let created = row.createdAt.timeIntervalSince1970
                try printer.print([
                    .string(row.name), .number(row.version), .bool(row.isDefault),
                    .strings(row.questions), .string(preset.summary),
                    .string(TimeText.stamp(secondsSince1970: created)),
                ])
            }
            try printer.finish()
        }
    }
}
