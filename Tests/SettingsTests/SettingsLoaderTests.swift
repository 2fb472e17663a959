import Glibc
import Testing

@testable import Settings

@Suite struct SettingsLoaderTests {
    private func load(
        _ yaml: String, _ environment: [String: String] = [:]
    ) throws -> DaemonSettings {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = try folder.write("llavad.yaml", yaml)
        return try SettingsLoader.load(configPath: path, environment: environment)
    }

    private func failure(
        _ yaml: String, _ environment: [String: String] = [:]
    ) -> SettingsError? {
        do {
            _ = try load(yaml, environment)
            return nil
        } catch {
            return error as? SettingsError
        }
    }

    @Test func readsEveryKindOfValue() throws {
        let settings = try load(
            """
            database: postgresql://db.example/pictures
            state: /srv/llavad
            model: {text: /m/a.gguf, aspect: crop}
            workers: {count: 3, threads: auto, drain: 5m}
            sources:
              folders:
                - /photos
                - {path: scans, presets: [text, tags], include: '*.png'}
              settle: 500ms
              include: ['*.jpg']
            images: {max_file_bytes: 2GiB, apply_orientation: false, jpeg_least_side: 672}
            metrics: {address: '127.0.0.1:9464'}
            presets: {default: tags}
            """)
        #expect(settings.database == "postgresql://db.example/pictures")
        #expect(settings.stateDirectory == "/srv/llavad")
        #expect(settings.model.text == "/m/a.gguf")
        #expect(settings.model.mmproj == nil)
        #expect(settings.model.aspect == "crop")
        #expect(settings.workers.count == 3)
        #expect(settings.workers.threads == nil)
        #expect(settings.workers.drain == .seconds(300))
        #expect(settings.sources.folders.count == 2)
        #expect(settings.sources.folders[0] == FolderSetting(path: "/photos"))
        #expect(settings.sources.folders[1].path.hasSuffix("/scans"))
        #expect(settings.sources.folders[1].path.hasPrefix("/"))
        #expect(settings.sources.folders[1].presets == ["text", "tags"])
        #expect(settings.sources.folders[1].include == ["*.png"])
        #expect(settings.sources.settle == .milliseconds(500))
        #expect(settings.images.maxFileBytes == 2 << 30)
        #expect(!settings.images.applyOrientation)
        #expect(settings.images.jpegLeastSide == 672)
        #expect(settings.metricsAddress == "127.0.0.1:9464")
        #expect(settings.defaultPreset == "tags")
        #expect(settings.control.socket == "/srv/llavad/control.sock")
    }

    @Test func anEmptyFileLeavesTheBuiltInValues() throws {
        let empty = try load("# nothing\n")
        let absent = try SettingsLoader.load(environment: ["LLAVA_STATE": empty.stateDirectory])
        #expect(empty.workers == absent.workers)
        #expect(empty.sources == absent.sources)
        #expect(try load("workers:\n").workers == absent.workers)
        #expect(try load("workers:\n  count: ~\n").workers == absent.workers)
    }

    @Test func theEnvironmentStandsAboveTheFile() throws {
        let settings = try load(
            "workers: {count: 3}\ndatabase: embedded\n",
            [
                "LLAVA_WORKERS_COUNT": "7", "LLAVA_DATABASE": "host=/run/pg",
                "LLAVA_MODEL_TEXT": "/m/b.gguf", "LLAVA_SOURCES_FOLDERS": "/a:/b",
                "LLAVA_PRESETS_DEFAULT": "tags", "LLAVA_LOG_LEVEL": "",
                "LLAVA_SOURCES_EXCLUDE": "drafts, old*",
            ])
        #expect(settings.workers.count == 7)
        #expect(settings.database == "host=/run/pg")
        #expect(settings.model.text == "/m/b.gguf")
        #expect(settings.sources.folders.map(\.path) == ["/a", "/b"])
        #expect(settings.defaultPreset == "tags")
        #expect(settings.sources.exclude == ["drafts", "old*"])
        #expect(settings.log.level == "info")
    }

    @Test func theFlagComesBeforeTheVariable() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let one = try folder.write("one.yaml", "workers: {count: 1}")
        let two = try folder.write("two.yaml", "workers: {count: 2}")
        let environment = ["LLAVA_CONFIG": two]
        #expect(
            try SettingsLoader.load(configPath: one, environment: environment).workers.count == 1)
        let byVariable = try SettingsLoader.load(environment: environment)
        #expect(byVariable.workers.count == 2)
        #expect(byVariable.file == two)
    }

    @Test func namesLineAndNearestKeyOfAnUnknownOne() throws {
        let error = try #require(failure("# first\nworkers:\n  cuont: 3\n"))
        #expect(error.kind == .unknownKey)
        #expect(error.place.hasSuffix("/llavad.yaml:3"))
        #expect(error.message.contains("'workers.cuont'"))
        #expect(error.message.contains("the nearest is 'workers.count'"))
        #expect(failure("databse: embedded")?.message.contains("'database'") == true)
        #expect(failure("sorces: {}")?.message.contains("'sources'") == true)
        let folder = failure("sources:\n  folders:\n    - path: /a\n      preset: [x]\n")
        #expect(folder?.place.hasSuffix(":4") == true)
        #expect(folder?.message.contains("sources.folders.presets") == true)
    }

    @Test func namesLineValueAndRangeOfABadOne() throws {
        let error = try #require(failure("workers:\n  count: lots\n"))
        #expect(error.kind == .badValue)
        #expect(error.place.hasSuffix("/llavad.yaml:2"))
        #expect(
            error.message
                == "workers.count is 'lots': give a whole number from 1 to 256, or auto")
    }

    @Test(arguments: [
        "workers: {count: 0}", "workers: {count: 257}", "workers: {count: [1]}",
        "workers: 3", "images: {max_side: auto}", "images: {max_file_bytes: 3 apples}",
        "images: {max_file_bytes: 99999999999GiB}", "sources: {settle: 2}",
        "sources: {settle: -2s}", "sources: {folders: /photos}", "sources: {folders: [{}]}",
        "sources: {folders: [/]}", "log: {level: loud}", "metrics: {address: ':80'}",
        "metrics: {address: 'here:0'}", "database: sqlite", "sources: {job_table: maybe}",
        "presets: {default: []}", "presets: {default: ''}",
        "sources: {include: ['']}", "model: {text: ''}",
    ])
    func refuses(yaml: String) {
        #expect(failure(yaml)?.kind == .badValue)
    }

    @Test func namesTheVariableOfABadValue() throws {
        let error = try #require(failure("", ["LLAVA_WORKERS_COUNT": "many"]))
        #expect(error.place == "LLAVA_WORKERS_COUNT")
        #expect(error.message.contains("'many'"))
    }

    @Test func refusesWhatIsNotYAML() {
        #expect(failure("workers: {count: 3")?.kind == .syntax)
        #expect(failure("workers: {count: 3")?.place.contains("llavad.yaml:") == true)
        #expect(failure("- a\n- b\n")?.kind == .badValue)
        #expect(failure("database: embedded\ndatabase: embedded\n")?.kind == .syntax)
        #expect(failure("\u{0}")?.kind == .syntax)
    }

    @Test func refusesAFileThatCannotBeRead() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        for path in [folder.path + "/none.yaml", folder.path] {
            let error = #expect(throws: SettingsError.self) {
                try SettingsLoader.load(configPath: path, environment: [:])
            }
            #expect(error?.kind == .unreadable)
            #expect(error?.place == path)
        }
    }

    @Test func theStateFolderFollowsTheBaseDirectorySpecification() throws {
        func state(_ environment: [String: String]) throws -> String {
            try load("", environment).stateDirectory
        }
        #expect(try state(["XDG_STATE_HOME": "/x"]) == "/x/llavad")
        #expect(try state(["XDG_STATE_HOME": "/x", "LLAVA_STATE": "/y"]) == "/y")
        let byUser = geteuid() == 0 ? "/var/lib/llavad" : "/home/a/.local/state/llavad"
        #expect(try state(["HOME": "/home/a"]) == byUser)
        #expect(try state(["HOME": "/home/a", "XDG_STATE_HOME": "relative"]) == byUser)
    }
}
