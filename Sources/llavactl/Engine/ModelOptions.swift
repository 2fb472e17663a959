import ArgumentParser
import Assembly
import LLaVA
import Settings

/// Which model a verb computes with, where it may differ from the settings.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The language model's GGUF file, or a Hugging Face folder.", valueName: "file"))
    var model: String?

    @Option(help: ArgumentHelp("The projector's GGUF file.", valueName: "file"))
    var mmproj: String?

    @Option(help: ArgumentHelp("The chat template by name.", valueName: "name"))
    var template: String?

    @Option(
        help: ArgumentHelp(
            "How a picture becomes a square: pad, crop, stretch, or anyres for several.",
            valueName: "name"),
        transform: ModelOptions.aspect)
    var aspect: Aspect?

    @Option(
        help: ArgumentHelp(
            "Whose preprocessing pictures go through: original or huggingface.",
            valueName: "name"),
        transform: ModelOptions.reading)
    var reading: ImageReading?

    @Option(
        help: ArgumentHelp(
            "How products are computed: fast, accurate or exact.", valueName: "name"),
        transform: ModelOptions.arithmetic)
    var arithmetic: Arithmetic?

    /// An arithmetic by name.
    private static func arithmetic(_ name: String) throws(ValidationError) -> Arithmetic {
        guard let arithmetic = Arithmetic(rawValue: name) else {
            throw ValidationError("there is no arithmetic '\(name)', give fast, accurate or exact")
        }
        return arithmetic
    }

    /// An aspect by name.
    private static func aspect(_ name: String) throws(ValidationError) -> Aspect {
        guard let aspect = Aspect(rawValue: name) else {
            throw ValidationError("there is no aspect '\(name)', give pad, crop, stretch or anyres")
        }
        return aspect
    }

    /// A reading by name.
    private static func reading(_ name: String) throws(ValidationError) -> ImageReading {
        guard let reading = ImageReading(rawValue: name) else {
            throw ValidationError("there is no reading '\(name)', give original or huggingface")
        }
        return reading
    }

    /// Where the model is: the options, else the settings.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - isTextOnly: Whether no picture is looked at, which needs no projector.
    /// - Returns: The files and choices.
    /// - Throws: `SettingsError` if neither tells.
    func location(
        _ settings: DaemonSettings, isTextOnly: Bool = false
    ) throws(SettingsError) -> ModelLocation {
        var choice = settings.model
        if let model {
            // Another model than the one set needs its own projector, template and aspect.
            choice = ModelSettings(
                text: GivenPath.absolute(model), reading: settings.model.reading,
                arithmetic: settings.model.arithmetic)
        }
        if let mmproj { choice.mmproj = GivenPath.absolute(mmproj) }
        if let template { choice.template = template }
        if let aspect { choice.aspect = aspect.rawValue }
        if let reading { choice.reading = reading.rawValue }
        if let arithmetic { choice.arithmetic = arithmetic.rawValue }
        var chosen = settings
        chosen.model = choice
        return try ModelLocation(chosen, isTextOnly: isTextOnly)
    }
}
