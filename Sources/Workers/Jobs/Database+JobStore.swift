public import Storage

extension Database: JobStore {}
