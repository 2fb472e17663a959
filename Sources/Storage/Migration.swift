/// One numbered step of the schema: a file of `Migrations`, built into the program.
struct Migration: Sendable {
    let number: Int
    let name: String
    let bytes: [UInt8]

    /// Every step in order; a file is never edited once a release has it.
    static let all = [
        Migration(number: 1, name: "m001_tables", bytes: PackageResources.m001_tables_sql),
        Migration(number: 2, name: "m002_presets", bytes: PackageResources.m002_presets_sql),
        Migration(number: 3, name: "m003_enqueue", bytes: PackageResources.m003_enqueue_sql),
        Migration(number: 4, name: "m004_work", bytes: PackageResources.m004_work_sql),
        Migration(number: 5, name: "m005_liveness", bytes: PackageResources.m005_liveness_sql),
        Migration(number: 6, name: "m006_views", bytes: PackageResources.m006_views_sql),
        Migration(number: 7, name: "m007_batches", bytes: PackageResources.m007_batches_sql),
    ]

    var sql: String { String(decoding: bytes, as: UTF8.self) }
}
