// Forms made from a JSON schema. A field hands out the JSON text of its value, so that numbers keep
// their spelling; undefined is "leave it out".

let fieldCount = 0;

/** What is wrong with what was typed into a control. */
class FieldError extends Error {
  constructor(control, message) {
    super(message);
    this.control = control;
  }
}

/** A form for a schema: {element, read()}; `value` is what it shows at first. */
function fieldsFor(schema, root, value) {
  return objectField(resolved(schema, root), root, value, 0);
}

/** Whether a form of fields can be made of a schema, and not only a text of JSON. */
function hasFields(schema, root) {
  const properties = resolved(schema, root).properties;
  return properties !== undefined && properties !== null && Object.keys(properties).length > 0;
}

function objectField(schema, root, value, depth) {
  const known = value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const members = Object.entries(schema.properties).map(([name, one]) => {
    const present = Object.hasOwn(known, name) ? known[name] : undefined;
    return { name, field: field(name, one, root, present, required.has(name), depth) };
  });
  // What the schema leaves open is kept as it is.
  const open = schema.additionalProperties === true || typeof schema.additionalProperties === "object";
  const others = open ? Object.entries(known).filter(([name]) => !Object.hasOwn(schema.properties, name)) : [];
  return {
    element: element("div", { className: "fields" }, ...members.map((one) => one.field.element)),
    read() {
      const texts = members.map((one) => [one.name, one.field.read()]).filter(([, text]) => text !== undefined);
      for (const [name, kept] of others) texts.push([name, JSON.stringify(kept)]);
      return `{${texts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
    },
  };
}

function field(name, given, root, present, isRequired, depth) {
  const { schema, isNullable } = withoutNull(given, root);
  const start = present === undefined ? schema.default : present;
  const title = typeof schema.title === "string" ? schema.title : name;
  if (schema.type === "object" && hasFields(schema, root) && depth < DEEPEST && !isNullable) {
    const inner = objectField(schema, root, start, depth + 1);
    const group = element("fieldset", { className: "group" }, element("legend", {}, cut(title, 100)), inner.element);
    return { element: group, read: inner.read };
  }
  const id = `field-${(fieldCount += 1)}`;
  const { control, read } = controlFor(schema, start, isRequired && !isNullable);
  control.id = id;
  const hints = [typeof schema.description === "string" ? schema.description : "", limitWords({ ...schema, enum: undefined })];
  const hint = element("p", { className: "hint", id: `${id}-hint` }, cut(hints.filter(Boolean).map(sentence).join(" "), 600));
  const problem = element("p", { className: "problem", id: `${id}-problem` });
  control.setAttribute("aria-describedby", `${id}-hint ${id}-problem`);
  control.addEventListener("input", () => {
    control.removeAttribute("aria-invalid");
    setText(problem, "");
  });
  const label = element("label", { className: "label", htmlFor: id }, cut(title, 100));
  if (isRequired) label.append(element("span", { className: "quiet" }, " required"));
  const isSwitch = control.type === "checkbox";
  const row = element("div", { className: isSwitch ? "field switch" : "field" }, label, control, hint, problem);
  return {
    element: row,
    read() {
      try {
        const text = read();
        if (text !== undefined) return text;
        if (isNullable && (isRequired || present !== undefined)) return "null";
        if (isRequired) throw new FieldError(control, "A value is needed here.");
        return undefined;
      } catch (error) {
        control.setAttribute("aria-invalid", "true");
        setText(problem, error.message);
        throw new FieldError(control, `${title}: ${error.message}`);
      }
    },
  };
}

/** A text that stands beside others, as a sentence. */
function sentence(text) {
  const whole = text.trim();
  return `${whole.slice(0, 1).toUpperCase()}${whole.slice(1)}${/[.!?:]$/.test(whole) ? "" : "."}`;
}

/** The control for a value, and how its JSON text is read; undefined where it is left empty. */
function controlFor(schema, start, isNeeded) {
  if (Array.isArray(schema.enum)) return choice(schema.enum, start, isNeeded);
  if (schema.type === "boolean") {
    if (start === undefined && !isNeeded) return choice([true, false], start, false);
    const control = element("input", { type: "checkbox", checked: start === true });
    return { control, read: () => String(control.checked) };
  }
  if (schema.type === "integer" || schema.type === "number") return numberControl(schema, start);
  if (schema.type === "string") return textControl(schema, start, isNeeded);
  if (isListOfTexts(schema, start)) return listControl(start, isNeeded);
  return jsonControl(start, schema.type);
}

function choice(values, start, isNeeded) {
  const texts = values.map((value) => JSON.stringify(value));
  const control = element("select");
  if (!isNeeded) control.append(element("option", { value: "" }, "not set"));
  values.forEach((value, index) => control.append(element("option", { value: texts[index] }, cut(String(value), 100))));
  const chosen = start === undefined || start === null ? "" : JSON.stringify(start);
  if (texts.includes(chosen) || !isNeeded) control.value = texts.includes(chosen) ? chosen : "";
  return { control, read: () => control.value || undefined };
}

function numberControl(schema, start) {
  const isWhole = schema.type === "integer";
  const control = element("input", { type: "text", inputMode: isWhole ? "numeric" : "decimal", autocomplete: "off" });
  control.value = typeof start === "number" ? String(start) : "";
  const pattern = isWhole ? /^-?(0|[1-9]\d*)$/ : /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;
  return {
    control,
    read() {
      const text = control.value.trim();
      if (text === "") return undefined;
      if (!pattern.test(text)) throw new Error(`Expected ${isWhole ? "a whole number" : "a number"}.`);
      if (Number(text) < schema.minimum) throw new Error(`Expected at least ${schema.minimum}.`);
      if (Number(text) > schema.maximum) throw new Error(`Expected at most ${schema.maximum}.`);
      return text;
    },
  };
}

function textControl(schema, start, isNeeded) {
  const begins = typeof start === "string" ? start : "";
  const isLong = begins.length > 60 || begins.includes("\n");
  const isSecret = schema.format === "password" || schema.writeOnly === true;
  const control = isLong
    ? element("textarea", { rows: 3 })
    : element("input", { type: isSecret ? "password" : "text", autocomplete: "off" });
  control.spellcheck = false;
  control.value = begins;
  const isKept = isNeeded || typeof start === "string";
  return { control, read: () => (control.value === "" && !isKept ? undefined : JSON.stringify(control.value)) };
}

/** Whether a value is an array of texts, each of one line. */
function isListOfTexts(schema, start) {
  const isLine = (one) => typeof one === "string" && one !== "" && !one.includes("\n");
  const isList = start === undefined || (Array.isArray(start) && start.every(isLine));
  return schema.type === "array" && schema.items?.type === "string" && !schema.items.enum && isList;
}

function listControl(start, isNeeded) {
  const lines = start ?? [];
  const control = element("textarea", { rows: Math.min(8, Math.max(2, lines.length)), spellcheck: false });
  control.value = lines.join("\n");
  control.placeholder = "one a line";
  const isKept = isNeeded || start !== undefined;
  return {
    control,
    read() {
      const typed = control.value.split("\n").filter((line) => line !== "");
      return typed.length === 0 && !isKept ? undefined : JSON.stringify(typed);
    },
  };
}

/** A text of JSON, which is checked and then sent as it stands. */
function jsonControl(start, type) {
  const control = element("textarea", { rows: 3, className: "code", spellcheck: false });
  control.value = start === undefined ? "" : JSON.stringify(start, null, 2);
  control.rows = Math.min(12, Math.max(2, control.value.split("\n").length));
  return {
    control,
    read() {
      const text = control.value.trim();
      if (text === "") return undefined;
      let value;
      try {
        value = JSON.parse(text);
      } catch (error) {
        throw new Error(`This is not JSON: ${error.message}`);
      }
      const isRight = type === "array" ? Array.isArray(value) : type !== "object" || isPlainObject(value);
      if (!isRight) throw new Error(`Expected an ${type}.`);
      return text;
    },
  };
}

function isPlainObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
