/// `JobFilter` as SQL over `llava.job j`.
struct JobConditions {
    private var conditions = Conditions()

    init(_ filter: JobFilter) {
        conditions.add("j.id", in: filter.ids)
        conditions.add("j.state", in: filter.states.map(\.rawValue))
        if let failureClass = filter.failureClass {
            conditions.add("j.failure_class =", .text(failureClass))
        }
        conditions.add("j.path", in: filter.paths)
        if let folder = filter.folder { conditions.add("j.path", below: folder) }
    }

    var sql: String { conditions.sql }
    var parameters: [PostgresValue] { conditions.parameters }

    mutating func add(_ left: String, _ value: PostgresValue) { conditions.add(left, value) }
    mutating func parameter(_ value: PostgresValue) -> String { conditions.parameter(value) }
}
