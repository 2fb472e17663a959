import LLaVA
import ModelFiles
import Settings

/// What `doctor` checks of the model.
enum ModelCheck {
    /// Whether the model's files are there, belong together and fit into memory.
    static func model(_ settings: DaemonSettings) -> Finding {
        do {
            let location = try ModelLocation(settings)
            let model = try LlavaModel.load(location)
            let template = try model.requiredTemplate()
            if let warning = memoryWarning(location) { return warning }
            return Finding("model", .ok, "\(location.text), template \(template.name)")
        } catch {
            return Finding("model", .fail, "\(error)")
        }
    }

    private static func memoryWarning(_ location: ModelLocation) -> Finding? {
        guard let text = SmallFile.read("/proc/meminfo"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemTotal") }),
            let kilobytes = Int(line.filter(\.isNumber))
        else { return nil }
        let files = [location.text, location.projector].compactMap(\.self)
        let bytes = files.reduce(0) { $0 + ((try? MappedFile(path: $1).count) ?? 0) }
        guard bytes > kilobytes * 1024 / 10 * 9 else { return nil }
        return Finding(
            "model", .warn,
            "\(bytes >> 20) MiB of weights, \(kilobytes >> 10) MiB of memory: use a smaller or "
                + "more quantized model")
    }
}
