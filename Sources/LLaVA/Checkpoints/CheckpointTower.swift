import Glibc
import ModelFiles

/// Where a checkpoint's vision tower is and what describes it.
///
/// The llava-hf repositories hold the tower; those of the original project name it only, and it is a
/// folder of its own.
struct CheckpointTower {
    /// The tower's shape and how its pictures are made.
    let description: CheckpointVision
    /// The folder that holds its weights.
    let tensors: SafetensorsFolder
    /// The files of it that are not the model folder's own tensors.
    let files: [String]

    /// Finds the tower of a model.
    ///
    /// - Parameters:
    ///   - root: The model's configuration.
    ///   - folder: The model's tensors.
    ///   - isOriginal: Whether the configuration is of the original project.
    /// - Returns: The tower.
    /// - Throws: `EngineError` of kind `missingPart` that says what to fetch and where to put it.
    static func find(
        root: ConfigurationSection, folder: SafetensorsFolder, isOriginal: Bool
    ) throws(EngineError) -> CheckpointTower {
        guard isOriginal else {
            let preprocessor = try preprocessor(in: folder.path)
            return CheckpointTower(
                description: try CheckpointVision(
                    tower: try root.section("vision_config"), preprocessor: preprocessor.section,
                    root: root),
                tensors: folder, files: [preprocessor.file])
        }
        let older = try root.text("vision_tower")
        let name = try root.text("mm_vision_tower") ?? older
        let path = try towerFolder(name, beside: folder.path)
        let configuration = try json("\(path)/config.json")
        let whole = ConfigurationSection(configuration)
        let nested = try whole.section("vision_config")
        let preprocessor = try preprocessor(in: path)
        let hasOwn = folder.tensorNames.contains {
            CheckpointNames.canonical($0)?.hasPrefix("v.") == true
        }
        let tensors: SafetensorsFolder
        if hasOwn {
            tensors = folder
        } else {
            tensors = try EngineError.passingOn { () throws(ModelFileError) in
                try SafetensorsFolder(path: path)
            }
        }
        return CheckpointTower(
            description: try CheckpointVision(
                tower: nested ?? whole, preprocessor: preprocessor.section, root: root),
            tensors: tensors,
            files: [configuration.path, preprocessor.file] + (hasOwn ? [] : tensors.filePaths))
    }

    /// The folder of the tower a configuration names: of the same name, inside the model's folder
    /// or beside it.
    private static func towerFolder(
        _ name: String?, beside folder: String
    ) throws(EngineError) -> String {
        guard let base = name?.split(separator: "/").last, base != ".." else {
            throw EngineError(
                .missingPart,
                "\(folder)/config.json: 'mm_vision_tower' is missing, so the vision tower is not "
                    + "known; use the model's llava-hf version or a GGUF pair")
        }
        let parent = folder.contains("/") ? "\(folder)/.." : "."
        for candidate in ["\(folder)/\(base)", "\(parent)/\(base)"]
        where access("\(candidate)/config.json", F_OK) == 0 {
            return candidate
        }
        throw EngineError(
            .missingPart,
            "\(folder): the checkpoint has no vision tower, its 'mm_vision_tower' names "
                + "'\(name ?? "")'; fetch that repository as safetensors into '\(parent)/\(base)', "
                + "or use the model's llava-hf version or a GGUF pair")
    }

    /// The file that says how pictures are made: of its own, or a member of the processor's.
    private static func preprocessor(
        in folder: String
    ) throws(EngineError) -> (section: ConfigurationSection, file: String) {
        let path = "\(folder)/preprocessor_config.json"
        if access(path, F_OK) == 0 { return (ConfigurationSection(try json(path)), path) }
        let whole = "\(folder)/processor_config.json"
        if access(whole, F_OK) == 0,
            let section = try ConfigurationSection(json(whole)).section("image_processor")
        {
            return (section, whole)
        }
        throw EngineError(
            .missingPart,
            "\(folder): there is no 'preprocessor_config.json', which says how pictures are made "
                + "the tower's input; fetch it from where the model came from")
    }

    private static func json(_ path: String) throws(EngineError) -> JSONFile {
        try EngineError.passingOn { () throws(ModelFileError) in try JSONFile(path: path) }
    }
}
