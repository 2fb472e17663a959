import ArgumentParser
import Folders
import FoundationEssentials
import Settings
import Storage

/// `watch add|list|remove`: folders that are kept described.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Keep folders described for ever.",
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Watch a folder, or change how it is watched.")

        @OptionGroup var shared: SharedOptions
        @OptionGroup var presets: PresetOption

        @Argument(help: "The folder.")
        var folder: String

        @Option(help: "Only file names that match, such as '*.jpg'.")
        var include: [String] = []

        @Option(help: "No file or folder names that match.")
        var exclude: [String] = []

        func run() async throws {
            _ = try FolderFilter(include: include, exclude: exclude)
            guard let path = GivenPath.folder(folder) else {
                throw CommandFailure(
                    .someFailed, "'\(folder)' is no folder: name one that exists")
            }
            try await shared.withDatabase { database, settings in
                try await PresetCheck.requireKnown(presets.names, in: database, settings)
                let isNew = try await database.addWatch(
                    path: path, presets: presets.names, include: include, exclude: exclude)
                let sink = FileSink.standardOutput()
                try sink.line(
                    shared.json
                        ? JSONText.object(["path": .string(path), "new": .bool(isNew)]).text
                        : (isNew ? "Watching " : "Watching differently from now on: ") + path)
                try sink.flush()
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List watched folders.")

        @OptionGroup var shared: SharedOptions
        @OptionGroup var format: FormatOption

        private static let columns = [
            Column("path", .path), Column("presets"), Column("include"), Column("exclude"),
            Column("from"), Column("added_at", .hidden),
        ]

        func run() async throws {
            try await shared.withDatabase { database, settings in
                let printer = RowPrinter(
                    columns: Self.columns, format: format.resolved(shared),
                    to: .standardOutput())
                for watch in try await database.watches() {
                    let added = watch.addedAt.timeIntervalSince1970
                    try printer.print([
                        .string(watch.path), .strings(watch.presets), .strings(watch.include),
                        .strings(watch.exclude), .string("database"),
                        .string(TimeText.stamp(secondsSince1970: added)),
                    ])
                }
                for folder in settings.sources.folders {
                    try printer.print([
                        .string(folder.path), .strings(folder.presets), .strings(folder.include),
                        .strings(folder.exclude), .string("settings"), .null,
                    ])
                }
                try printer.finish()
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Stop watching a folder; its jobs and answers stay.")

        @OptionGroup var shared: SharedOptions

        @Argument(help: "The folder.")
        var folder: String

        func run() async throws {
            try await shared.withDatabase { database, _ in
                // The folder may be gone, and was added by its resolved path.
                let path = GivenPath.folder(folder) ?? GivenPath.absolute(folder)
                guard try await database.removeWatch(path: path) else {
                    throw CommandFailure(
                        .someFailed,
                        "'\(path)' is not watched: llavactl watch list shows what is")
                }
                let sink = FileSink.standardOutput()
                try sink.line(
                    shared.json
                        ? JSONText.object(["removed": .string(path)]).text
                        : "No longer watching \(path)")
                try sink.flush()
            }
        }
    }
}
