internal import FoundationEssentials

/// `ResultFilter` as SQL over `llava.result r`.
struct ResultConditions {
    private var conditions = Conditions()

    init(_ filter: ResultFilter) {
        conditions.add("r.path", in: filter.paths)
        if let folder = filter.folder { conditions.add("r.path", below: folder) }
        conditions.add("r.job_id", in: filter.jobIDs)
        conditions.add("r.preset", in: filter.presets)
        conditions.add("r.question", in: filter.questions)
        if let since = filter.since {
            let place = conditions.parameter(.double(since.timeIntervalSince1970))
            conditions.add("r.created_at >= to_timestamp(\(place))")
        }
        if filter.latestVersionsOnly {
            conditions.add(
                """
                r.preset_version = (SELECT max(version) FROM llava.preset n
                    WHERE n.name = r.preset)
                """)
        }
    }

    var sql: String { conditions.sql }
    var parameters: [PostgresValue] { conditions.parameters }

    mutating func parameter(_ value: PostgresValue) -> String { conditions.parameter(value) }
}
