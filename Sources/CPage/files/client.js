// Everything that is asked of the worker goes through `ask`, which knows the token.

const TOKEN = "universal-worker-token";
let tokenIsAskedFor = null;

/** What the worker has refused, in its own words. */
class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Asks the worker; a 401 has the user asked for the token, once for all that wait for it. */
async function ask(path, options = {}) {
  for (;;) {
    const token = sessionStorage.getItem(TOKEN);
    const headers = { ...options.headers };
    if (token) headers.Authorization = `Bearer ${token}`;
    let response;
    try {
      response = await fetch(path, { ...options, headers, cache: "no-store" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refusal(0, "The worker does not answer. It may have ended.");
    }
    if (response.status !== 401) return response;
    await response.body?.cancel();
    // Another request may have got a new one meanwhile.
    if (sessionStorage.getItem(TOKEN) === token) await askForToken(token !== null);
  }
}

/** Shows the dialog; the promise ends when there is a token to try. */
function askForToken(wasRefused) {
  tokenIsAskedFor ??= new Promise((resolve) => {
    const dialog = byID("token-dialog");
    say(byID("token-message"), wasRefused ? "The worker did not accept this token." : "", "bad");
    byID("token").value = "";
    byID("token-form").onsubmit = (event) => {
      event.preventDefault();
      dialog.close();
      sessionStorage.setItem(TOKEN, byID("token").value.trim());
      tokenIsAskedFor = null;
      resolve();
    };
    // Nothing can be shown without it.
    dialog.oncancel = (event) => event.preventDefault();
    dialog.showModal();
  });
  return tokenIsAskedFor;
}

/** The answer of a request that has to succeed; otherwise what the worker says of it is thrown. */
async function demand(path, options) {
  const response = await ask(path, options);
  if (!response.ok) throw await refusal(response);
  return response;
}

/** GETs a JSON document. */
async function getJSON(path) {
  return (await demand(path)).json();
}

/** POSTs a JSON text, which goes to the worker as it is. */
function post(path, body, options = {}) {
  const headers = { "Content-Type": "application/json", ...options.headers };
  return demand(path, { ...options, method: "POST", body, headers });
}

/** What an answer that is no success says, as an error. */
async function refusal(response) {
  const text = await response.text();
  let detail = text;
  try {
    const value = JSON.parse(text);
    detail = typeof value.detail === "string" ? value.detail : text;
  } catch {
    // It is no JSON: a proxy's, perhaps.
  }
  if (response.status === 403) detail += " (see --allow-origin and --allow-host)";
  return new Refusal(response.status, cut(detail || response.statusText, 4000));
}

/** An error as one line. */
function inWords(error) {
  return error instanceof Refusal && error.status ? `${error.status}: ${error.message}` : error.message;
}
