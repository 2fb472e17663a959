import Assembly
import LLaVA
import Settings

/// What `doctor` checks of the model.
enum ModelCheck {
    /// Whether the model's files are there, belong together and fit into memory, and how the work on
    /// it is spread over the machine.
    static func model(_ settings: DaemonSettings) -> [Finding] {
        do {
            let location = try ModelLocation(settings)
            let model = try LlavaModel.load(location)
            let template = try model.requiredTemplate()
            let (machine, summary) = (Machine.current, model.summary)
            let found =
                memoryWarning(summary, machine)
                ?? Finding("model", .ok, "\(location.text), template \(template.name)")
            return [found, workers(settings.workers, machine, summary)]
        } catch {
            return [Finding("model", .fail, "\(error)")]
        }
    }

    private static func workers(
        _ settings: WorkerSettings, _ machine: Machine, _ model: ModelSummary
    ) -> Finding {
        let plan = WorkerPlan(WorkerPlan.Wishes(settings), machine: machine, model: model)
        let reason = plan.reason(machine: machine, model: model)
        guard !plan.isShort else {
            return Finding(
                "workers", .warn,
                "\(plan.sentence), less than a picture needs (\(reason)): it goes on, a picture at "
                    + "a time; raise workers.memory, lower workers.count, or set workers.kv to int8"
            )
        }
        return Finding("workers", .ok, "\(plan.sentence): \(reason)")
    }

    private static func memoryWarning(_ model: ModelSummary, _ machine: Machine) -> Finding? {
        guard model.fileBytes > machine.memoryBytes / 10 * 9 else { return nil }
        return Finding(
            "model", .warn,
            "\(model.fileBytes >> 20) MiB of weights, \(machine.memoryBytes >> 20) MiB of memory: use "
                + "a smaller or more quantized model")
    }
}
