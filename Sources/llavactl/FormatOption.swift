import ArgumentParser

/// `--format` of the verbs that list answers.
struct FormatOption: ParsableArguments {
    @Option(help: "How to print: table, jsonl, csv or text.")
    var format: OutputFormat?

    /// The format to print in: `--json` gives one document unless `--format` says otherwise.
    func resolved(
        _ shared: SharedOptions, default usual: OutputFormat = .table
    ) -> RowPrinter.Format {
        if let format { return .list(format) }
        return shared.json ? .document : .list(usual)
    }
}
