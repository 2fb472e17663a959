/// Files that changed lately, each until it has stayed as it is for the settle time.
///
/// All wait equally long, so a queue in order of arrival is in order of time. A file is in it once
/// for each watched folder it belongs to, however many events it raised.
struct SettlingFiles {
    private struct Key: Hashable {
        let folder: Int
        let path: String
    }

    private struct Waiting {
        var file: FoundFile
        var due: Duration
    }

    private let settleTime: Duration
    private var waiting: [Key: Waiting] = [:]
    private var queue: [Key] = []
    private var head = 0

    init(settleTime: Duration) {
        self.settleTime = settleTime
    }

    /// How many files wait.
    var count: Int { waiting.count }

    /// When the next file may be ready.
    var nextDue: Duration? {
        head < queue.count ? waiting[queue[head]]?.due : nil
    }

    /// Lets a file wait, unless it does already: what it is then is looked at when its time comes.
    mutating func add(_ file: FoundFile, folder: Int, now: Duration) {
        let key = Key(folder: folder, path: file.path)
        guard waiting[key] == nil else { return }
        waiting[key] = Waiting(file: file, due: now + settleTime)
        queue.append(key)
    }

    /// Takes the files whose time has come and that have not changed since.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - limit: How many to look at; the others stay due.
    ///   - look: What stands at a path now; nil if no file to take.
    /// - Returns: The files, each with the number of its folder, in order of arrival.
    mutating func takeSettled(
        now: Duration, limit: Int, look: (String) -> FoundFile?
    ) -> [(file: FoundFile, folder: Int)] {
        var settled: [(file: FoundFile, folder: Int)] = []
        var looked = 0
        while looked < limit, head < queue.count {
            let key = queue[head]
            guard var entry = waiting[key], entry.due <= now else { break }
            head += 1
            looked += 1
            guard let file = look(key.path) else {
                waiting[key] = nil
                continue
            }
            if file == entry.file {
                waiting[key] = nil
                settled.append((file, key.folder))
            } else {
                entry.file = file
                entry.due = now + settleTime
                waiting[key] = entry
                queue.append(key)
            }
        }
        if head > 1024, head > queue.count / 2 {
            queue.removeFirst(head)
            head = 0
        }
        return settled
    }
}
