import FoundationEssentials
import Glibc
import Logging

/// Writes log lines to standard error, one `write` each, so that lines of threads never mix.
struct StandardErrorLog: LogHandler {
    private let output: LogOutput
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(_ output: LogOutput) {
        self.output = output
    }

    var logLevel: Logger.Level {
        get { output.level }
        // The level belongs to the process, not to one logger: the settings decide it.
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let line = Self.line(
            event.level, event.message.description, fields.mapValues(\.description),
            format: output.format, now: Date())
        let bytes = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    /// One line, without its end.
    static func line(
        _ level: Logger.Level, _ message: String, _ fields: [String: String], format: LogFormat,
        now: Date
    ) -> String {
        let names = fields.keys.sorted()
        switch format {
        case .text:
            let time = now.formatted(.iso8601)
            let rest = names.map { " \($0)=\(fields[$0] ?? "")" }.joined()
            return oneLine("\(time) \(level.rawValue): \(message)\(rest)")
        case .journal:
            let rest = names.map { " \($0)=\(fields[$0] ?? "")" }.joined()
            return "<\(priority(of: level))>" + oneLine(message + rest)
        case .json:
            var record = fields
            record["time"] = now.formatted(.iso8601)
            record["level"] = level.rawValue
            record["message"] = message
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let data = try? encoder.encode(record) else { return "{}" }
            return String(decoding: data, as: UTF8.self)
        }
    }

    /// The priorities of syslog(3).
    private static func priority(of level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// A path or a server's words may hold anything; a log line stays one line.
    private static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return text
        }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}
