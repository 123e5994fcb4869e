internal import WorkerCore
internal import WorkerJSON

extension Reply {
    /// GET /openapi.json: what the table of endpoints says, as OpenAPI 3.1.
    ///
    /// On the HTTP thread, from what is there; the plugin is not asked. Before it has been made, its
    /// endpoints and its configuration are missing.
    static func apiDocument(_ server: Server) -> Reply {
        var text = ByteBuffer()
        text.append("{\"openapi\":\"3.1.0\",\"info\":{\"title\":")
        text.appendJSONString("\(server.options.pluginName)")
        text.append(",\"version\":")
        text.appendJSONString("\(server.options.pluginVersion)")
        text.append(",\"description\":\"A plugin, served by Universal Worker\"},")
        if server.asksForToken { text.append("\"security\":[{\"token\":[]}],") }
        text.append("\"paths\":{")
        for (index, (path, rows)) in server.endpoints.paths.enumerated() {
            if index > 0 { text.append(",") }
            text.appendJSONString(path)
            text.append(":{")
            text.append(operationsOf: rows, server)
            text.append("}")
        }
        text.append("},\"components\":{")
        if server.asksForToken { text.append(tokenScheme) }
        text.append("\"schemas\":{\"Configuration\":")
        text.append(schema: server.configuration, at: "/config_schema")
        text.append(components)
        return Reply(200, text)
    }

    private static let tokenScheme =
        "\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}},"
    private static let components = ##"""
        ,"Call":\##(APISchema.call.text),\##
        "Error":{"type":"object","properties":{"detail":{}}}},\##
        "parameters":{\##
        "id":{"name":"id","in":"path","required":true,"description":"The X-Request-Id of a call",\##
        "schema":{"type":"string","minLength":1,"maxLength":\##(CallID.limit)}},\##
        "X-Request-Id":{"name":"X-Request-Id","in":"header","description":"Names the call",\##
        "schema":{"type":"string","pattern":"^[!-~]{1,\##(CallID.limit)}$"}},\##
        "X-Timeout":{"name":"X-Timeout","in":"header","description":"Seconds that the call may take",\##
        "schema":{"type":"string","examples":["30","0.25"],\##
        "pattern":"^([1-9][0-9]{0,6}(\\.[0-9]{1,9})?|0\\.[0-9]{0,8}[1-9])$"}}},\##
        "responses":{"Error":{"description":"It did not work, and the detail says why",\##
        "content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}}}}}}
        """##
}

extension ByteBuffer {
    /// The operations of one path, each of a method.
    fileprivate mutating func append(operationsOf rows: [Endpoint], _ server: Server) {
        var isFirst = true
        for row in rows {
            for (method, name) in [(Methods.get, "get"), (.post, "post")]
            where row.methods.contains(method) {
                if !isFirst { append(",") }
                isFirst = false
                append("\"\(name)\":{\"operationId\":")
                appendJSONString(name + row.path)
                append(",\"tags\":[\"\(row.isOfPlugin ? "plugin" : "worker")\"],\"summary\":")
                appendJSONString(row.summary)
                append(
                    ",\"parameters\":[" + row.parameters.map(Self.parameter).joined(separator: ","))
                append("]")
                if server.asksForToken, row.withoutToken == .answer { append(",\"security\":[]") }
                if method == .post { append(requestBodyOf: row, server) }
                append(",\"responses\":{\"200\":{\"description\":\"It worked\",\"content\":{")
                appendJSONString(row.isOfPlugin ? "*/*" : row.contentType)
                append(":{\"schema\":" + row.result.text + "}}},\"default\":")
                append("{\"$ref\":\"#/components/responses/Error\"}}}")
            }
        }
    }

    private static func parameter(_ name: String) -> String {
        "{\"$ref\":\"#/components/parameters/\(name)\"}"
    }

    /// The member that says what body a row takes, behind a comma; nothing where that is dropped.
    private mutating func append(requestBodyOf row: Endpoint, _ server: Server) {
        guard let schema = server.service.bodySchema(of: row.path) else {
            append(row.requestBody)
            return
        }
        append(",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":")
        append(schema: schema, at: row.path)
        append("}}}")
    }

    /// A schema of the plugin's, with an address of its own, to which its references are relative.
    fileprivate mutating func append(schema: JSONMembers?, at address: String) {
        append("{")
        let members = schema?.further ?? ""
        if schema?.json("$id") == nil {
            append("\"$id\":")
            appendJSONString(address)
            append(members)
        } else {
            append(String(members.dropFirst()))
        }
        append("}")
    }
}

extension Server {
    /// Whether clients over TCP have to show a token.
    fileprivate var asksForToken: Bool { options.tokens != nil }

    /// The schema of the plugin's configuration, if there is one; not before the plugin has been made.
    fileprivate var configuration: JSONMembers? {
        guard !isEarly, case .success(let schema) = service.configSchema else { return nil }
        return unsafe schema.bytes.withUnsafeBytes { unsafe JSONMembers($0) }
    }
}

extension Endpoint {
    fileprivate var isOfPlugin: Bool {
        if case .endpoint = kind { true } else { false }
    }

    /// The names of its parameters, in the document's components.
    fileprivate var parameters: [String] {
        (path.hasSuffix(Router.id) ? ["id"] : [])
            + (kind == nil ? [] : ["X-Request-Id", "X-Timeout"])
    }

    /// The member that says what body it takes where the plugin does not.
    fileprivate var requestBody: String {
        func json(_ schema: String) -> String {
            ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":\(schema)}}}"
        }
        return switch body {
        case .ignored: ""
        case .value, .reconfiguration: json("{\"$ref\":\"#/components/schemas/Configuration\"}")
        case .call: json("{\"$ref\":\"#/components/schemas/Call\"}")
        case .raw: ",\"requestBody\":{\"content\":{\"*/*\":{\"schema\":{}}}}"
        }
    }
}
