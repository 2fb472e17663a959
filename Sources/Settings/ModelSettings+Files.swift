extension ModelSettings {
    /// The files these settings mean, with `auto` worked out.
    ///
    /// `model.text: auto` is the only model of `ModelsFolder`, `STATE/models`. `model.mmproj: auto`
    /// is the only GGUF file beside a GGUF `model.text` whose name contains `mmproj`; a Hugging Face
    /// folder holds both.
    ///
    /// - Parameter stateDirectory: `DaemonSettings.stateDirectory`.
    /// - Returns: The model's file or folder, and the projector's file if there is one apart.
    /// - Throws: `SettingsError` of kind `noModel` if there is none or more than one.
    public func files(
        stateDirectory: String
    ) throws(SettingsError) -> (text: String, mmproj: String?) {
        let text = try textFile(stateDirectory: stateDirectory)
        if let mmproj { return (text, mmproj) }
        guard text.hasSuffix(".gguf") else { return (text, nil) }
        let folder = PathText.folder(of: text)
        let projectors = ModelsFolder.projectors(in: folder)
        guard projectors.count == 1 else {
            throw SettingsError(
                .noModel, at: "model.mmproj",
                "\(projectors.count) files named *mmproj*.gguf lie in \(folder), not one: "
                    + "set model.mmproj or LLAVA_MODEL_MMPROJ, or give --mmproj")
        }
        return (text, projectors[0])
    }

    /// The model's file or folder alone, for work without pictures.
    ///
    /// - Parameter stateDirectory: `DaemonSettings.stateDirectory`.
    /// - Returns: The first part of what `files` returns.
    /// - Throws: `SettingsError` of kind `noModel` if there is none or more than one.
    public func textFile(stateDirectory: String) throws(SettingsError) -> String {
        if let text { return text }
        return try onlyModel(in: stateDirectory + "/models")
    }

    private func onlyModel(in folder: String) throws(SettingsError) -> String {
        let models = ModelsFolder(path: folder).entries
        guard models.count == 1 else {
            throw SettingsError(
                .noModel, at: "model.text",
                "\(models.count) models lie in \(folder), not one: "
                    + "set model.text or LLAVA_MODEL_TEXT, or give --model")
        }
        return models[0].text
    }
}
