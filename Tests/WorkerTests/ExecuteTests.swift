import TestSupport
import Testing

/// What goes into /execute, and what comes out.
@Suite(.blocking) struct ExecuteTests {
    @Test func `Values pass through byte for byte`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let big = "123456789012345678901234567890"
        let table = [
            ("{}", "[]", "{}"),
            ("{\"args\":[]}", "[]", "{}"),
            ("{\"kwargs\":{\"b\":1,\"a\":2}}", "[]", "{\"b\":1,\"a\":2}"),
            ("{\"args\":[\(big),1e400,-0.0]}", "[\(big),1e400,-0.0]", "{}"),
            ("{\"other\":[1],\"args\":[null,true]}", "[null,true]", "{}"),
            ("{\"args\":[1],\"args\":[2]}", "[2]", "{}"),
            ("\u{FEFF}{\"args\":[\"ü€😀\"]}", "[\"ü€😀\"]", "{}"),
            (" \r\n\t{\"\\u0061rgs\":[3]} \n", "[3]", "{}"),
        ]
        let connection = try worker.client.connect()
        for (body, args, kwargs) in table {
            try connection.send("POST", "/execute", body: body)
            let response = try connection.readResponse()
            #expect(response.status == 200, "\(body)")
            #expect(response.text == "{\"args\":\(args),\"kwargs\":\(kwargs)}")
        }
    }

    static let bad = [
        "", " ", "{", "}", "[]", "null", "1", "\"text\"", "{} x", "{}{}", "{\"args\":[1,]}",
        "{\"args\":[01]}", "{\"args\":[1x]}", "{\"args\":[NaN]}", "{\"args\":[Infinity]}",
        "{\"args\":{}}", "{\"args\":null}", "{\"args\":1}", "{\"kwargs\":[]}", "{\"kwargs\":null}",
        "{\"args\":[\"\\ud800\"]}", "{\"args\":[\"a\nb\"]}", "{\"args\":[nullx]}", "{'args':[]}",
        "{\"args\":[\"\\x\"]}", "{\"other\":}", "{\"args\":[1]",
        "{\"args\":" + String(repeating: "[", count: 1001)
            + String(repeating: "]", count: 1001) + "}",
        String(repeating: "[", count: 100_000),
    ]

    @Test(arguments: bad)
    func `What is no body for execute is refused with 400, and the connection stays`(body: String)
        throws
    {
        let worker = try WorkerProcess.start("echo", "Echo")
        for path in ["/execute", "/execute_stream"] {
            let connection = try worker.client.connect()
            try connection.send("POST", path, body: body)
            try connection.send("POST", "/execute", body: "{\"args\":[7]}")
            let refusal = try connection.readResponse()
            #expect(refusal.status == 400)
            #expect(refusal.isDetail, "\(refusal.text)")
            #expect(try connection.readResponse().text == "{\"args\":[7],\"kwargs\":{}}")
        }
    }

    @Test(
        arguments: [
            [0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
        ] as [[UInt8]])
    func `Bytes that are not UTF-8 are refused`(bytes: [UInt8]) throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        let body = Array("{\"args\":[\"".utf8) + bytes + Array("\"]}".utf8)
        let connection = try worker.client.connect()
        try connection.send(
            "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.count)\r\n\r\n")
        try connection.send(body)
        #expect(try connection.readResponse().status == 400)
    }

    @Test func `UTF-16 and UTF-32 are refused`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        for body: [UInt8] in [
            [0xff, 0xfe, 0x7b, 0, 0x7d, 0], [0, 0x7b, 0, 0x7d],
            [0, 0, 0xfe, 0xff, 0, 0, 0, 0x7b, 0, 0, 0, 0x7d],
        ] {
            let connection = try worker.client.connect()
            try connection.send(
                "POST /execute HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Length: \(body.count)\r\n\r\n")
            try connection.send(body)
            #expect(try connection.readResponse().status == 400)
        }
    }

    @Test func `Up to a thousand levels may be nested`() throws {
        let worker = try WorkerProcess.start("echo", "Echo")
        // The body's object and the list of arguments are levels too.
        let args = String(repeating: "[", count: 999) + String(repeating: "]", count: 999)
        let response = try worker.client.post("/execute", "{\"args\":\(args)}")
        #expect(response.status == 200)
        #expect(response.text == "{\"args\":\(args),\"kwargs\":{}}")
    }

    static let statuses = [
        (2, 500), (3, 400), (4, 409), (5, 503), (6, 504), (7, 501), (16, 500), (17, 500),
        (32, 500), (33, 500), (34, 500), (1, 500), (77, 500), (-5, 500),
    ]

    @Test(arguments: statuses)
    func `A plugin's status is answered with its HTTP status and its text`(
        status: Int, expected: Int
    ) throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let kwargs = "{\"mode\":\"finish_status\",\"status\":\(status)}"
        let connection = try worker.client.connect()
        try connection.send("POST", "/execute", body: "{\"kwargs\":\(kwargs)}")
        let response = try connection.readResponse()
        #expect(response.status == expected)
        #expect(response.isDetail)
        if (2...7).contains(status) { #expect(response.text.contains("what \\\"went\\\" wrong")) }
        if expected == 503 { #expect(response.headers["Retry-After"] != nil) }
        try connection.send("GET", "/health")
        #expect(try connection.readResponse().status == 200)
    }

    @Test(arguments: statuses.filter { $0.0 != 1 })
    func `A status that is returned without finish is answered in the same way`(
        status: Int, expected: Int
    ) throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let response = try worker.client.execute(
            "{\"mode\":\"return_status\",\"status\":\(status)}")
        #expect(response.status == expected)
        #expect(response.isDetail)
    }

    @Test func `A plugin that says that it is broken for good ends the worker`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let response = try worker.client.execute("{\"mode\":\"finish_status\",\"status\":8}")
        #expect(response.status == 500)
        #expect(response.text.contains("wrong"))
        let ending = try worker.process.waitForExit()
        guard case .exited(let code) = ending else {
            Issue.record("ended by \(ending)")
            return
        }
        #expect(code != 0)
    }

    @Test func `A result may have many megabytes`() throws {
        let worker = try WorkerProcess.start("calls", "Calls")
        let size = 20_000_000
        let response = try worker.client.execute("{\"mode\":\"huge\",\"size\":\(size)}")
        #expect(response.status == 200)
        #expect(response.body.count == size + 2)
    }
}
