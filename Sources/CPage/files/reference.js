// GET /docs: the API document of the worker, /openapi.json, for people.

/** Asks for the document and shows it. */
async function showReference() {
  const message = byID("docs-message");
  say(message, "Reading the API document");
  try {
    const api = await getJSON("/openapi.json");
    byID("docs").replaceChildren(referenceIntroduction(api), ...operationsOf(api).map((one) => operationCard(one, api)));
    say(message, "");
  } catch (error) {
    say(message, error.status === 404 ? "This worker has no API document." : inWords(error), "bad");
  }
}

function referenceIntroduction(api) {
  const about = element("div", { className: "introduction" }, element("h2", {}, cut(api.info?.title ?? "API", 200)));
  if (typeof api.info?.description === "string") about.append(...paragraphs(api.info.description));
  about.append(element("p", {}, element("a", { href: "/openapi.json" }, "The document itself"),
    element("span", { className: "quiet" }, `, OpenAPI ${cut(String(api.openapi), 20)}`)));
  return about;
}

function operationsOf(api) {
  const found = [];
  for (const [path, item] of Object.entries(api.paths ?? {})) {
    for (const method of ["get", "post"]) {
      if (isPlainObject(item[method])) found.push({ path, method, operation: item[method], shared: item.parameters ?? [] });
    }
  }
  return found;
}

function operationCard({ path, method, operation, shared }, api) {
  const summary = element("summary", {},
    element("span", { className: "method", "data-method": method }, method.toUpperCase()),
    element("code", { className: "path" }, path),
    element("span", { className: "quiet" }, cut(operation.summary ?? "", 200)));
  const card = element("details", { className: "operation" }, summary);
  // Made when it is opened first: most are not.
  card.addEventListener("toggle", () => card.append(...operationBody(operation, shared, api)), { once: true });
  return card;
}

function operationBody(operation, shared, api) {
  const parts = typeof operation.description === "string" ? paragraphs(operation.description) : [];
  const parameters = [...shared, ...(operation.parameters ?? [])].map((one) => resolved(one, api));
  if (parameters.length > 0) {
    parts.push(element("h3", {}, "Parameters"), element("dl", { className: "members" },
      ...parameters.flatMap((one) => member(one.name, one.schema, api, one.required, `${one.in}. ${one.description ?? ""}`))));
  }
  const body = resolved(operation.requestBody, api);
  if (body.content) parts.push(element("h3", {}, "Body"), ...contentParts(body.content, api));
  parts.push(element("h3", {}, "Answers"));
  for (const [status, given] of Object.entries(operation.responses ?? {})) {
    const answer = resolved(given, api);
    parts.push(element("p", { className: "answer" }, element("span", { className: "badge" }, status),
      cut(String(answer.description ?? ""), 1000)), ...contentParts(answer.content ?? {}, api));
  }
  return [element("div", { className: "operation-body" }, ...parts)];
}

/** The types of a body, each with its members and an example. */
function contentParts(content, api) {
  const parts = [];
  for (const [type, given] of Object.entries(content)) {
    const schema = withFirstWay(resolved(given.schema, api));
    // One with an address of its own refers to its own parts.
    const root = schema.$id === undefined ? api : schema;
    parts.push(element("p", { className: "quiet" }, `${type}: ${typeWords(schema, root)}`));
    if (typeof schema.description === "string") parts.push(...paragraphs(schema.description));
    const members = membersOf(schema, root, 0);
    if (members) parts.push(members);
    const examples = Object.values(given.examples ?? {}).map((one) => resolved(one, api).value);
    for (const example of [given.example, schema.example, ...examples, ...(schema.examples ?? [])]) {
      if (example === undefined) continue;
      const text = typeof example === "string" ? cut(example, 4000) : pretty(example, 4000);
      parts.push(element("pre", { className: "example", tabIndex: 0 }, text));
    }
  }
  return parts;
}

/** Of a body that can be given in several ways, what the first one requires: of arguments, that they come by name. */
function withFirstWay(schema) {
  const way = Array.isArray(schema.anyOf) ? schema.anyOf[0]?.properties : undefined;
  if (!isPlainObject(way) || !isPlainObject(schema.properties)) return schema;
  const properties = Object.entries(schema.properties).map(([name, one]) =>
    [name, { ...one, required: [...(one.required ?? []), ...(way[name]?.required ?? [])] }]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** The members of an object as a list; null where it has none. */
function membersOf(schema, api, depth) {
  if (depth > 3 || !hasFields(schema, api)) return null;
  const required = new Set(schema.required ?? []);
  return element("dl", { className: "members" }, ...Object.entries(schema.properties).flatMap(([name, one]) =>
    member(name, one, api, required.has(name), resolved(one, api).description, depth)));
}

function member(name, given, api, isRequired, description, depth = 0) {
  const { schema } = withoutNull(given, api);
  const words = [typeWords(given, api), isRequired ? "required" : "", limitWords(schema)].filter(Boolean).join(" · ");
  const about = element("dd", {}, element("span", { className: "quiet" }, cut(words, 400)));
  if (description) about.append(element("p", {}, cut(String(description), 1000)));
  const inner = membersOf(schema.type === "array" ? resolved(schema.items, api) : schema, api, depth + 1);
  if (inner) about.append(inner);
  return [element("dt", {}, element("code", {}, cut(name, 100))), about];
}

function paragraphs(text) {
  return cut(text, 8000).split(/\n\s*\n/).map((one) => element("p", {}, one));
}
