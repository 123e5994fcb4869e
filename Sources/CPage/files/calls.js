// The calls that run and wait, with their progress and a button to cancel each.

const shownCalls = new Map();

/** Brings the list up to what /calls has said; a row stays the same element as long as its call is there. */
function showCalls(answer) {
  const list = byID("calls");
  const present = new Set();
  for (const call of answer.calls) {
    // Two calls may have the same id.
    let key = call.id;
    while (present.has(key)) key += " ";
    present.add(key);
    let row = shownCalls.get(key);
    if (!row) {
      row = callRow(call);
      shownCalls.set(key, row);
      list.append(row.element);
    }
    row.update(call);
  }
  for (const [key, row] of shownCalls) {
    if (present.has(key)) continue;
    // The keyboard's place is not lost with the row.
    if (row.element.contains(document.activeElement)) byID("main").focus();
    row.element.remove();
    shownCalls.delete(key);
  }
  byID("no-calls").hidden = answer.calls.length > 0;
  byID("cancel-all").hidden = answer.calls.length < 2;
  setText(byID("calls-title"), answer.more ? `Calls (${answer.calls.length} of ${answer.calls.length + answer.more})` : "Calls");
}

function callRow(call) {
  const state = element("span", { className: "badge" });
  const age = element("span", { className: "quiet age" });
  const words = element("p", { className: "progress-words quiet" });
  const bar = element("progress", { max: 1 });
  const name = cut(call.id, 60);
  bar.setAttribute("aria-label", `Progress of call ${name}`);
  const button = element("button", { type: "button", className: "plain" }, "Cancel");
  button.setAttribute("aria-label", `Cancel call ${name}`);
  button.onclick = () => cancelCalls(`/cancel/${encodeURIComponent(call.id)}`, button);
  const row = element("li", { className: "call" },
    element("div", { className: "what" }, element("code", { className: "id" }, name),
      element("span", { className: "quiet" }, call.endpoint), state, age), button, bar, words);
  return {
    element: row,
    update(now) {
      setText(state, now.state);
      state.dataset.state = now.state;
      setText(age, duration(now.age_seconds));
      const isKnown = now.progress >= 0 && (now.progress > 0 || now.message !== "");
      if (isKnown) bar.value = Math.min(1, now.progress);
      else bar.removeAttribute("value");
      bar.hidden = now.state === "queued";
      const percent = isKnown ? `${Math.round(now.progress * 100)} %` : "";
      setText(words, [percent, cut(now.message, 300)].filter(Boolean).join(" · "));
      button.disabled = now.state === "cancelling";
      // What runs alone is never cancelled.
      button.hidden = now.endpoint === "/initialize" || now.endpoint === "/cleanup";
    },
  };
}

/** Has the worker cancel, and says what came of it where that is not obvious. */
async function cancelCalls(path, button) {
  const message = byID("calls-message");
  button.disabled = true;
  try {
    const answer = await (await post(path, "")).json();
    if (answer.status === "not_supported") say(message, "This plugin cannot be cancelled: its call goes on.", "bad");
    else if (answer.status === "error") say(message, `The plugin's cancel failed: ${cut(answer.detail, 600)}`, "bad");
    else say(message, "");
  } catch (error) {
    // 404: the call has ended by itself, which the list shows.
    say(message, error.status === 404 ? "" : inWords(error), "bad");
  } finally {
    button.disabled = false;
  }
}
