/// Letting pictures go before their last answer.
extension Scheduler {
    func dropCancelled() {
        for picture in pictures where picture.end == nil && picture.task.isCancelled() {
            picture.end = .cancelled
        }
        dropFailed()
        if let picture = waiting, picture.task.isCancelled() {
            waiting = nil
            picture.task.onEnd(.cancelled)
        }
    }

    /// Drops the pictures whose work is to end early.
    func dropFailed() {
        var index = pictures.count - 1
        while index >= 0 {
            if pictures[index].end != nil { drop(pictures[index]) }
            index -= 1
        }
    }

    /// Ends the answers of a picture that is on its way out, and the picture unless it is being read.
    func drop(_ picture: PictureSequence) {
        var row = active.count - 1
        while row >= 0 {
            if active[row].picture === picture { leave(active.remove(at: row)) }
            row -= 1
        }
        close(picture)
    }

    /// Gives a picture's rows back and reports its end, unless it is being read.
    func close(_ picture: PictureSequence) {
        guard picture !== reading, let end = picture.end,
            let index = pictures.firstIndex(where: { $0 === picture })
        else { return }
        pictures.remove(at: index)
        giveBack(picture.rows)
        picture.task.onEnd(end)
    }
}
