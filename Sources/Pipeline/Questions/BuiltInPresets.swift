extension Preset {
    /// The presets every installation has, the default one first.
    ///
    /// - Returns: The presets of `Presets/*.yaml`, without versions.
    /// - Throws: `PipelineError` of class `preset` if one of the files breaks a rule.
    public static func builtIn() throws(PipelineError) -> [Preset] {
        let files = [
            ("brief", PackageResources.brief_yaml),
            ("detailed", PackageResources.detailed_yaml),
            ("conversation", PackageResources.conversation_yaml),
            ("reasoning", PackageResources.reasoning_yaml),
            ("tags", PackageResources.tags_yaml),
            ("text", PackageResources.text_yaml),
            ("people", PackageResources.people_yaml),
            ("objects", PackageResources.objects_yaml),
        ]
        var presets: [Preset] = []
        for (name, bytes) in files {
            presets.append(
                try Preset(
                    yaml: String(decoding: bytes, as: UTF8.self),
                    source: "the built-in preset '\(name)'"))
        }
        return presets
    }
}
