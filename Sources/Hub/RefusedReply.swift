/// What an HTTP status other than success means for a person.
enum RefusedReply {
    /// Looks at a reply's status.
    ///
    /// - Parameters:
    ///   - reply: The reply.
    ///   - url: What was asked for.
    /// - Returns: How long to wait before another try, where one may help and the server says so;
    ///   nil after success, and where it does not say.
    /// - Throws: `HubError`: of kind `network` if another try may help.
    @discardableResult
    static func check(_ reply: HTTPClient.Reply, url: String) throws(HubError) -> Duration? {
        switch reply.status {
        case 200, 206: return nil
        case 401, 403:
            throw HubError(
                .forbidden,
                "'\(url)': the hub does not give this without knowing you (status "
                    + "\(reply.status)); accept the model's terms on its page if it has any, and set "
                    + "HF_TOKEN to a token of yours that may read it")
        case 404, 410:
            throw HubError(
                .notFound,
                "'\(url)': the hub has no such model, revision or file; check the name, and set "
                    + "HF_TOKEN if the model is private")
        case 408, 425, 429, 500, 502, 503, 504:
            if let seconds = reply.retryAfter { return .seconds(seconds) }
            throw HubError(
                .network,
                "'\(url)': the hub cannot answer now (status \(reply.status)); try again later")
        default:
            throw HubError(
                .reply,
                "'\(url)': the hub answered with status \(reply.status), which is no file; check "
                    + "model.endpoint or --endpoint")
        }
    }
}
