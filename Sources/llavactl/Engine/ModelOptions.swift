import ArgumentParser
import LLaVA
import Settings

/// Which model a verb computes with, where it may differ from the settings.
struct ModelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The language model's GGUF file.", valueName: "file"))
    var model: String?

    @Option(help: ArgumentHelp("The projector's GGUF file.", valueName: "file"))
    var mmproj: String?

    @Option(help: ArgumentHelp("The chat template by name.", valueName: "name"))
    var template: String?

    /// Where the model is: the options, else the settings.
    ///
    /// - Throws: `SettingsError` if neither tells.
    func location(_ settings: DaemonSettings) throws(SettingsError) -> ModelLocation {
        var choice = settings.model
        if let model {
            // Another model than the one set needs its own projector and template.
            choice = ModelSettings(text: GivenPath.absolute(model))
        }
        if let mmproj { choice.mmproj = GivenPath.absolute(mmproj) }
        if let template { choice.template = template }
        let files = try choice.files(stateDirectory: settings.stateDirectory)
        var location = ModelLocation(text: files.text, projector: files.mmproj)
        location.template = choice.template
        location.aspect = choice.aspect.flatMap(Aspect.init(rawValue:))
        return location
    }
}
