import TestSupport
import Testing
import WorkerCore

@testable import WorkerHTTP

/// What an exchange knows of its request, without a socket.
@Suite(.blocking) struct RequestTests {
    private func request(_ method: Method, _ path: String, timeout: TimeSpan? = nil) -> Request {
        let table = EndpointTable()
        let plan: Request.Plan =
            switch table.route(method, path.utf8Span.span) {
            case .row(let row, let id): .answer(row, id: id)
            case .methodNotAllowed(let methods): .preflight(methods)
            case .notFound: .refuse(status: 404, detail: "", allow: nil)
            }
        return Request(
            plan, in: table, id: "1", arrival: .zero + .seconds(10), timeout: timeout)
    }

    @Test func `A request for the plugin has the kind of its call and the use of its body`() {
        let execute = request(.post, "/execute")
        #expect(execute.kind == .execute && execute.bodyUse == .call && !execute.isForStream)
        let stream = request(.post, "/execute_stream")
        #expect(stream.kind == .stream && stream.bodyUse == .call && stream.isForStream)
    }

    @Test func `A request for the worker has no kind, and its body is ignored`() {
        let cancel = request(.post, "/cancel")
        #expect(cancel.row != nil && cancel.kind == nil && cancel.bodyUse == .ignored)
    }

    @Test func `A refused request for a stream keeps its row, gets no stream and no body`() {
        let asked = request(.post, "/execute_stream")
        let refused = Request(
            .refuse(status: 415, detail: "", allow: nil, of: asked.row), in: EndpointTable(),
            id: "1", arrival: .zero)
        #expect(refused.row == asked.row && refused.kind == .stream)
        #expect(refused.bodyUse == .ignored && !refused.isForStream)
    }

    @Test func `A request that no row answers has none`() {
        #expect(request(.get, "/nowhere").row == nil)
        #expect(request(.options, "/execute").row == nil)
    }

    @Test(
        arguments: [
            (nil, nil, nil), (3, nil, 13), (nil, 4, 14), (3, 4, 13), (5, 4, 14),
        ] as [(UInt64?, UInt64?, UInt64?)])
    func `A call is given up by the client's limit or the worker's, whichever is earlier`(
        own: UInt64?, general: UInt64?, expected: UInt64?
    ) {
        let asked = request(.post, "/execute", timeout: own.map { .seconds($0) })
        let deadline = asked.deadline(within: general.map { .seconds($0) })
        #expect(deadline == expected.map { .zero + .seconds($0) })
    }
}
