import Glibc

/// Finds and reads the settings: built-in values, then a file, then the environment.
public enum SettingsLoader {
    /// The file that is read if it exists and no other is named.
    public static let systemFile = "/etc/llavad/llavad.yaml"

    /// Reads the settings.
    ///
    /// The file is `configPath`, else `LLAVA_CONFIG`, else `/etc/llavad/llavad.yaml` if there
    /// is one. A variable `LLAVA_<SECTION>_<KEY>` that is not empty stands above the file;
    /// folders in it are separated by colons, names by commas.
    ///
    /// - Parameters:
    ///   - configPath: The file of the `--config` flag.
    ///   - environment: The environment's variables.
    /// - Returns: Complete and checked settings.
    /// - Throws: `SettingsError` for the first thing that is wrong.
    public static func load(
        configPath: String? = nil,
        environment: [String: String] = currentEnvironment()
    ) throws(SettingsError) -> DaemonSettings {
        let file = configPath ?? variable("LLAVA_CONFIG", environment) ?? existingSystemFile()
        var values = builtInValues()
        if let file {
            values.merge(try SettingsFile(path: file).values) { _, new in new }
        }
        for key in SettingTable.keys {
            guard let text = variable(key.environmentVariable, environment) else { continue }
            guard
                let value = SettingValue.parse(
                    text, as: key.kind, base: SettingsFile.workingFolder)
            else {
                throw SettingsError(
                    .badValue, at: key.environmentVariable, "is '\(text)': \(key.kind.rule)")
            }
            values[key.name] = value
        }
        let state = stateDirectory(values["state"], environment)
        return DaemonSettings(values: values, file: file, stateDirectory: state)
    }

    /// The variables this process was started with.
    ///
    /// - Returns: Names and values; what is not UTF-8 is repaired.
    public static func currentEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }

    /// The table's defaults, read by the same rules as everything else.
    static func builtInValues() -> [String: SettingValue] {
        let lines = SettingTable.keys.map { key in
            let yaml = key.kind.isList ? listItems(key.defaultText) : key.defaultText
            return (key.name, key.kind, yaml)
        }
        var values: [String: SettingValue] = [:]
        for (name, kind, text) in lines {
            guard let value = SettingValue.parse(text, as: kind, base: "/") else {
                preconditionFailure("the built-in value of \(name) breaks its own rule")
            }
            values[name] = value
        }
        return values
    }

    /// `['a', 'b']` as `a, b`, the form lists have in the environment.
    private static func listItems(_ yaml: String) -> String {
        String(yaml.filter { !"[]'".contains($0) })
    }

    private static func variable(_ name: String, _ environment: [String: String]) -> String? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        return text
    }

    private static func existingSystemFile() -> String? {
        access(systemFile, F_OK) == 0 ? systemFile : nil
    }

    /// The state folder: as set, else by the XDG base directory specification, else the
    /// system's place for a service of root.
    private static func stateDirectory(
        _ value: SettingValue?, _ environment: [String: String]
    ) -> String {
        if case .text(let path)? = value { return path }
        // The specification says that a relative path here is to be ignored.
        if let xdg = variable("XDG_STATE_HOME", environment), xdg.hasPrefix("/") {
            return PathText.absolute("llavad", base: xdg)
        }
        if geteuid() == 0 { return "/var/lib/llavad" }
        let home = variable("HOME", environment) ?? "/"
        return PathText.absolute(".local/state/llavad", base: home)
    }
}
