import ArgumentParser
import Storage

/// Which jobs a verb is about.
struct JobSelection: ParsableArguments {
    @Argument(help: "Jobs by their number.")
    var ids: [Int64] = []

    @Option(
        help: ArgumentHelp(
            "Only jobs in these states: ready, waiting, running, done, dead, cancelled.",
            valueName: "a,b"))
    var state: [String] = []

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "Only jobs that failed so, such as unreadable or corrupt.", valueName: "class"))
    var failureClass: String?

    @Option(
        help: ArgumentHelp("Only this picture, or the pictures below this folder."))
    var path: String?

    /// Whether anything was said about which jobs.
    var isEmpty: Bool {
        ids.isEmpty && state.isEmpty && failureClass == nil && path == nil
    }

    /// The jobs' filter.
    ///
    /// - Throws: `ValidationError` for a state that does not exist.
    func filter() throws -> JobFilter {
        var filter = JobFilter(ids: ids, failureClass: failureClass)
        for name in state.flatMap({ $0.split(separator: ",") }) {
            guard let state = JobState(rawValue: String(name)) else {
                let all = JobState.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no state '\(name)': give some of \(all).")
            }
            filter.states.append(state)
        }
        if let path { filter.folder = GivenPath.absolute(path) }
        return filter
    }
}
