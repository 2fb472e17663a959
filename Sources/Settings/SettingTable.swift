/// Every key there is, in the order of `Config/llavad.yaml`.
///
/// The file reader, the environment reader, the built-in defaults and the test of the
/// shipped file are all driven by this table; a key exists if and only if it stands here.
public enum SettingTable {
    /// The rows, sections together, in the order of the shipped file.
    public static let keys: [SettingKey] = [
        SettingKey(
            "database", .database, default: "embedded",
            "Where jobs and answers are kept: a private server, or a libpq connection string."),
        SettingKey(
            "state", .path(auto: true), default: "auto",
            "The folder for the private database, models and everything else llavad keeps."),

        SettingKey(
            "model.text", .path(auto: true), default: "auto",
            "The language model: a GGUF file, or a Hugging Face folder."),
        SettingKey(
            "model.mmproj", .path(auto: true), default: "auto",
            "The vision tower and projector: the GGUF file that belongs to model.text."),
        SettingKey(
            "model.template", .text(maxBytes: 64), default: "auto",
            "The chat template by name."),
        SettingKey(
            "model.aspect", .choice(["auto", "pad", "crop", "stretch", "anyres"]),
            default: "auto",
            "How a picture becomes a square: padded with the mean colour, cropped, or stretched; "
                + "or several, by LLaVA 1.6's tiles."),
        SettingKey(
            "model.reading", .choice(["auto", "original", "huggingface"]), default: "auto",
            "Whose preprocessing pictures go through where two are in use for the same weights."),
        SettingKey(
            "model.arithmetic", .choice(["auto", "fast", "accurate", "exact"]), default: "auto",
            "How products are computed: rounded to 8 and 16 bits, to 16 bits, or not."),
        SettingKey(
            "model.endpoint", .text(maxBytes: 512), default: "https://huggingface.co",
            "Where llavactl model pull fetches models from."),

        SettingKey(
            "workers.count", .number(1...256, auto: true), default: "auto",
            "How many engines work on pictures, each with threads of its own."),
        SettingKey(
            "workers.threads", .number(1...1024, auto: true), default: "auto",
            "How many threads each worker computes with."),
        SettingKey(
            "workers.batch", .number(1...256, auto: true), default: "auto",
            "How many answers a worker writes side by side, about one picture or several."),
        SettingKey(
            "workers.memory", .bytes((1 << 20)...(1 << 44), auto: true), default: "auto",
            "Memory for what the pictures in flight leave in the key-value caches of all workers."),
        SettingKey(
            "workers.kv", .choice(["auto", "f32", "f16", "int8"]), default: "auto",
            "The number format of the key-value cache."),
        SettingKey(
            "workers.drain", .duration(.seconds(0)...(.seconds(3600))), default: "60s",
            "How long a stopping daemon goes on finishing the pictures it has begun."),

        SettingKey(
            "sources.folders", .folders, default: "[]",
            "Folders to watch, besides those added by llavactl watch."),
        SettingKey(
            "sources.job_table", .flag, default: "true",
            "Whether rows inserted into llava.job by anyone are worked on."),
        SettingKey(
            "sources.settle", .duration(.milliseconds(0)...(.seconds(3600))), default: "2s",
            "How long a file must have been left unchanged before it is read."),
        SettingKey(
            "sources.rescan", .duration(.seconds(10)...(.seconds(86400 * 7))), default: "10m",
            "How often watched folders are read again in full."),
        SettingKey(
            "sources.include", .names, default: "[]",
            "File names taken from folders; none means those that end like pictures."),
        SettingKey(
            "sources.exclude", .names, default: "[]",
            "File and folder names left out, besides hidden and half-written files."),

        SettingKey(
            "images.max_file_bytes", .bytes(1024...(1 << 34), auto: false), default: "64MiB",
            "Larger files are refused unread."),
        SettingKey(
            "images.max_side", .number(1...65535, auto: false), default: "16384",
            "The longest side in pixels that is decoded."),
        SettingKey(
            "images.max_pixels", .number(1...1_000_000_000, auto: false), default: "50000000",
            "The largest area in pixels that is decoded."),
        SettingKey(
            "images.max_scans", .number(1...1000, auto: false), default: "100",
            "The most scans of a progressive JPEG that are decoded."),
        SettingKey(
            "images.max_decode_time", .duration(.seconds(1)...(.seconds(3600))), default: "10s",
            "Decoding that takes longer is given up."),
        SettingKey(
            "images.apply_orientation", .flag, default: "true",
            "Whether a picture is turned upright as its EXIF data says."),
        SettingKey(
            "images.jpeg_least_side", .number(1...65535, auto: true), default: "auto",
            "The shorter side that large JPEGs keep when decoded at a half, quarter or eighth."),

        SettingKey(
            "retry.max_attempts", .number(1...100, auto: false), default: "5",
            "How often a job that failed for a passing reason is tried in all."),
        SettingKey(
            "retry.max_crashes", .number(1...100, auto: false), default: "3",
            "How often a job may bring a worker down before it is given up."),

        SettingKey(
            "control.socket", .path(auto: true), default: "auto",
            "The Unix socket on which the daemon answers about itself."),
        SettingKey(
            "control.group", .text(maxBytes: 64), default: "none",
            "The group whose members may use that socket."),

        SettingKey(
            "metrics.address", .address, default: "off",
            "Where metrics are served in the Prometheus text format: HOST:PORT."),

        SettingKey(
            "log.level",
            .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            default: "info",
            "The least important messages that are logged."),
        SettingKey(
            "log.format", .choice(["auto", "text", "json", "journal"]), default: "auto",
            "How log lines look."),

        SettingKey(
            "presets.default", .text(maxBytes: 64), default: "brief",
            "The preset of jobs that name none."),
    ]

    /// The row of a key, if there is such a key.
    ///
    /// - Parameter name: The full name, `section.key`.
    /// - Returns: The row, or `nil`.
    public static func key(named name: String) -> SettingKey? {
        keys.first { $0.name == name }
    }

    /// The names that contain others: `workers`, `sources` and so on.
    static let sections: Set<String> = Set(
        keys.compactMap { key in key.name.firstIndex(of: ".").map { String(key.name[..<$0]) } })
}
