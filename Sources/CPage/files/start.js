// The page's views, its header and its clock.

const INTERVAL = 1000;
let plots = null;
let isConfigured = false;

/** What the header says. */
function showHealth(health) {
  setText(byID("name"), cut(shownLabel(health.name), 80));
  setText(byID("version"), cut(shownLabel(health.version), 40));
  document.title = `${cut(shownLabel(health.name), 40)}: ${health.state.replace("_", " ")}`;
  setState(health.state, health.reason ?? "");
  setText(byID("facts"), `up ${duration(health.uptime_seconds)} · process ${health.pid} · ${health.calls_running} running, ${health.calls_queued} waiting`);
}

/** A name or version, which plugins may have given as any JSON value. */
function shownLabel(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function setState(state, reason) {
  byID("state").dataset.state = state;
  setText(byID("state"), state[0].toUpperCase() + state.slice(1).replace("_", " "));
  // Some reasons begin with the state, which stands there already.
  setText(byID("reason"), cut(reason.startsWith(`${state}: `) ? reason.slice(state.length + 2) : reason, 600));
  byID("reason").hidden = reason === "";
}

/** One look at the worker. */
async function look() {
  try {
    const health = await getJSON("/health");
    showHealth(health);
    if (plots === null) return;
    const [calls, stats, metrics] = await Promise.all([
      getJSON("/calls"), getJSON("/stats"), demand("/metrics").then((answer) => answer.text()),
    ]);
    showCalls(calls);
    plots.add(health, stats, metrics, performance.now());
    // What is asked of the plugin has to wait until it has been made.
    if (!isConfigured && health.state !== "loading") {
      isConfigured = true;
      await startConfiguration();
    }
  } catch (error) {
    setState("unreachable", inWords(error));
    setText(byID("facts"), "");
  }
}

/** Looks about once a second, one look after the other, and only while the page can be seen. */
async function keepLooking() {
  for (;;) {
    if (document.hidden) {
      await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
      continue;
    }
    await look();
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}

function start() {
  const isReference = location.pathname === "/docs";
  byID(isReference ? "to-docs" : "to-worker").setAttribute("aria-current", "page");
  byID(isReference ? "docs-view" : "worker-view").hidden = false;
  if (isReference) {
    showReference();
  } else {
    plots = makePlots(byID("plots"));
    byID("cancel-all").onclick = () => cancelCalls("/cancel", byID("cancel-all"));
    startTrial();
  }
  keepLooking();
}

start();
