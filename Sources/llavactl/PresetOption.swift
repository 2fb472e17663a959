import ArgumentParser

/// `--preset A,B` of the verbs that ask or list questions.
struct PresetOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("Presets by name, separated by commas.", valueName: "a,b"))
    var preset: [String] = []

    /// The names, each once, in the order given; empty if none was.
    var names: [String] {
        var names: [String] = []
        for name in preset.flatMap({ $0.split(separator: ",").map(String.init) })
        where !names.contains(name) {
            names.append(name)
        }
        return names
    }
}
