// JSON schemas, as far as forms and the reference need them.

const DEEPEST = 8;

/** A schema without its reference: "#/…" within the document that it stands in. */
function resolved(schema, root) {
  let found = schema;
  for (let step = 0; step < DEEPEST && typeof found?.$ref === "string"; step += 1) {
    const { $ref, ...beside } = found;
    let target = root;
    for (const part of $ref.replace(/^#\/?/, "").split("/").filter(Boolean)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      target = target !== null && typeof target === "object" && Object.hasOwn(target, key) ? target[key] : {};
    }
    found = { ...target, ...beside };
  }
  return found !== null && typeof found === "object" ? found : {};
}

/** A schema with "or null" taken out: {schema, isNullable}. */
function withoutNull(schema, root) {
  const whole = resolved(schema, root);
  const options = whole.anyOf ?? whole.oneOf;
  if (Array.isArray(options)) {
    const others = options.map((one) => resolved(one, root)).filter((one) => one.type !== "null");
    const { anyOf, oneOf, ...beside } = whole;
    const isNullable = others.length < options.length;
    return { schema: others.length === 1 ? { ...others[0], ...beside } : whole, isNullable };
  }
  if (Array.isArray(whole.type)) {
    const types = whole.type.filter((type) => type !== "null");
    const isNullable = types.length < whole.type.length;
    return { schema: types.length === 1 ? { ...whole, type: types[0] } : whole, isNullable };
  }
  return { schema: whole, isNullable: false };
}

/** The type of a schema in a word or two, for people. */
function typeWords(schema, root) {
  const { schema: plain, isNullable } = withoutNull(schema, root);
  let words = plain.type ?? (plain.enum ? "one of" : plain.properties ? "object" : "any value");
  if (Array.isArray(words)) words = words.join(" or ");
  const options = plain.anyOf ?? plain.oneOf;
  if (Array.isArray(options) && plain.type === undefined) words = options.map((one) => resolved(one, root).type ?? "value").join(" or ");
  if (plain.type === "array" && plain.items) words = `array of ${resolved(plain.items, root).type ?? "values"}`;
  return isNullable && !words.includes("null") ? `${words} or null` : words;
}

/** What a schema allows of a value, in words. */
function limitWords(schema) {
  const words = [];
  if (Array.isArray(schema.enum)) words.push(schema.enum.map((one) => JSON.stringify(one)).join(", "));
  // What only says how many bits a number has is nothing to read.
  const isTold = (limit) => limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  const [low, high] = [schema.minimum ?? schema.exclusiveMinimum, schema.maximum ?? schema.exclusiveMaximum].map((limit) =>
    isTold(limit) ? limit : undefined);
  if (low !== undefined && high !== undefined) words.push(`from ${low} to ${high}`);
  else if (low !== undefined) words.push(`${schema.minimum === undefined ? "more than" : "at least"} ${low}`);
  else if (high !== undefined) words.push(`${schema.maximum === undefined ? "less than" : "at most"} ${high}`);
  if (schema.maxLength !== undefined) words.push(`at most ${schema.maxLength} characters`);
  if (schema.default !== undefined && schema.default !== null) words.push(`default ${cut(JSON.stringify(schema.default), 80)}`);
  return words.join("; ");
}

/** JSON, indented for people; as much of it as is worth showing. */
function pretty(value, most = 20000) {
  return cut(JSON.stringify(value, null, 2), most);
}
