// The place to try execute and execute_stream.

let trialForm = null;
let trialCall = null;

/** Builds the fields of a call's body. */
function showTrialFields() {
  const schema = {
    properties: {
      args: { type: "array", title: "Arguments", description: "An array, such as [1, \"two\"]" },
      kwargs: { type: "object", title: "Keyword arguments", description: "An object, such as {\"three\": 3}" },
    },
  };
  trialForm = fieldsFor(schema, schema, {});
  byID("trial-fields").replaceChildren(trialForm.element);
}

async function runTrial(event) {
  event.preventDefault();
  if (trialCall) return;
  const message = byID("trial-message");
  const body = readForm(trialForm, message);
  if (body === undefined) return;
  const path = byID("trial").elements["trial-kind"].value;
  const id = `page-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
  trialCall = { id, begin: performance.now(), isStream: path === "/execute_stream" };
  byID("trial-run").disabled = true;
  byID("trial-stop").disabled = false;
  trialOutput.begin();
  say(message, "Running");
  try {
    const response = await post(path, body, { headers: { "X-Request-Id": trialCall.id } });
    if (trialCall.isStream) await showStream(response, message);
    else await showResult(response, message);
  } catch (error) {
    say(message, error instanceof Refusal ? inWords(error) : "The connection broke before the end.", "bad");
  } finally {
    trialCall = null;
    setText(byID("trial-count"), "");
    byID("trial-run").disabled = false;
    byID("trial-stop").disabled = true;
  }
}

function elapsed() {
  return duration((performance.now() - trialCall.begin) / 1000);
}

async function showResult(response, message) {
  const { text, length } = await wholeText(response);
  let shown = shownText(text, length);
  if (text.length === length) {
    try {
      // Indented only if no number changes on the way.
      const value = JSON.parse(text);
      if (JSON.stringify(value) === text) shown = pretty(value, LONGEST_RESULT);
    } catch {
      // A plugin's dialect may answer with something else than JSON.
    }
  }
  trialOutput.add(shown);
  say(message, `Done in ${elapsed()}`, "good");
}

async function showStream(response, message) {
  let [count, last] = [0, ""];
  await eachLine(response, (line, length) => {
    count += 1;
    last = line;
    trialOutput.add(shownText(line, length));
  });
  const dropped = trialOutput.dropped ? `; the first ${trialOutput.dropped.toLocaleString("en")} are no longer shown` : "";
  const failed = errorOf(last);
  if (failed) say(message, `Ended after ${lineWords(count)} in ${elapsed()}, the last of which is an error${dropped}`, "bad");
  else say(message, `Done: ${lineWords(count)} in ${elapsed()}${dropped}`, "good");
}

function lineWords(count) {
  return count === 1 ? "1 line" : `${count.toLocaleString("en")} lines`;
}

/** Whether a line may be the error that ends a stream; browsers do not show trailers, which tell for sure. */
function errorOf(line) {
  try {
    const value = JSON.parse(line);
    return isPlainObject(value) && Object.keys(value).length === 1 && typeof value.error === "string";
  } catch {
    return false;
  }
}

let trialOutput = null;

/** Connects the buttons, and shows the fields. */
function startTrial() {
  // Not said by screen readers, which hear of begin and end.
  trialOutput = makeOutput(byID("trial-output"), (count) => {
    if (trialCall?.isStream) setText(byID("trial-count"), `${lineWords(count)}, ${elapsed()}`);
  });
  showTrialFields();
  byID("trial").onsubmit = runTrial;
  byID("trial-stop").onclick = () => {
    if (trialCall) cancelCalls(`/cancel/${trialCall.id}`, byID("trial-stop"));
  };
}
