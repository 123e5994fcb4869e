// The configuration, as a form made from its schema, or as JSON where there is none.

let configurationForm = null;

/** Asks for schema and configuration, and builds the form anew. */
async function showConfiguration() {
  const place = byID("configuration-fields");
  const hint = byID("configuration-hint");
  try {
    const [schema, current] = await Promise.all([getJSON("/config_schema"), getJSON("/config")]);
    if (hasFields(schema, schema)) {
      configurationForm = fieldsFor(schema, schema, current);
      setText(hint, typeof schema.description === "string" ? cut(schema.description, 600) : "");
    } else {
      configurationForm = wholeJSON("Configuration, as JSON", current);
      setText(hint, "This plugin describes no configuration; any JSON value can be sent.");
    }
    hint.hidden = hint.textContent === "";
    place.replaceChildren(configurationForm.element);
    setConfigurationEnabled(true);
    return true;
  } catch (error) {
    place.replaceChildren();
    hint.hidden = true;
    setConfigurationEnabled(false);
    say(byID("configuration-message"), inWords(error), "bad");
    return false;
  }
}

/** A form of one text of JSON. */
function wholeJSON(title, value) {
  const schema = { type: "object", properties: { whole: { title } }, required: ["whole"] };
  const fields = fieldsFor(schema, schema, { whole: value });
  return { element: fields.element, read: () => fields.read().slice('{"whole":'.length, -1) };
}

function setConfigurationEnabled(isEnabled) {
  byID("configuration-apply").disabled = !isEnabled;
  byID("configuration-reset").disabled = !isEnabled;
}

/** What a form holds, or undefined with its problem said and the field focused. */
function readForm(form, message) {
  try {
    return form.read();
  } catch (error) {
    say(message, error.message, "bad");
    error.control?.focus();
    return undefined;
  }
}

async function applyConfiguration(event) {
  event.preventDefault();
  const message = byID("configuration-message");
  const body = readForm(configurationForm, message);
  if (body === undefined) return;
  setConfigurationEnabled(false);
  say(message, "Applying. It waits until no call runs.");
  try {
    await post("/initialize", body);
    if (await showConfiguration()) say(message, "The configuration is in force.", "good");
  } catch (error) {
    say(message, inWords(error), "bad");
    setConfigurationEnabled(true);
  }
}

/** Connects the form's buttons. */
function startConfiguration() {
  byID("configuration").onsubmit = applyConfiguration;
  byID("configuration-reset").onclick = async () => {
    if (await showConfiguration()) say(byID("configuration-message"), "");
  };
  return showConfiguration();
}
