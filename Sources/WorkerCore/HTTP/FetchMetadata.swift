/// What a browser tells of the page behind a request (Fetch Metadata, `Sec-Fetch-…`).
package struct FetchMetadata: Sendable {
    /// Whether the page is of another site.
    package var isCrossSite = false
    /// Whether the user goes to what is asked for, such as by a link: the page gets no answer.
    package var isNavigation = false

    /// Makes that of a client which tells nothing.
    package init() {}

    /// Whether another site's page asks by itself; such a page may only link to the worker.
    package func isForeign(_ method: Method) -> Bool {
        isCrossSite && !(isNavigation && (method == .get || method == .head))
    }
}
