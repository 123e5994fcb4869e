// The figures of the last two minutes: a ring of points for each, drawn as one line.

const POINTS = 120;
// At first, fewer fill the width.
const FEWEST = 30;
const [WIDTH, HEIGHT] = [240, 56];

/** A figure: {element, add(value)}; null is "not known", and leaves a gap. */
function plot(title, unit, least) {
  const points = [];
  const value = element("span", { className: "value" }, "–");
  const line = drawing("path", { class: "line" });
  const area = drawing("path", { class: "area" });
  const picture = drawing("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false",
  });
  picture.append(area, line);
  const most = element("span", { className: "most quiet" });
  const caption = element("figcaption", {}, element("span", { className: "label" }, title), most);
  const figure = element("figure", { className: "plot" }, caption,
    element("p", { className: "reading" }, value, element("span", { className: "unit" }, ` ${unit}`)), picture);
  return {
    element: figure,
    add(number) {
      points.push(number);
      if (points.length > POINTS) points.shift();
      const top = Math.max(least, ...points.filter((one) => one !== null));
      setText(value, number === null ? "–" : short(number));
      setText(most, top > least ? `max ${short(top)}` : "");
      const { stroke, fill } = paths(points, top);
      line.setAttribute("d", stroke);
      area.setAttribute("d", fill);
    },
  };
}

/** The line through the points, and the area below it. */
function paths(points, top) {
  let [stroke, fill, begin] = ["", "", null];
  const shown = Math.max(FEWEST, points.length);
  const x = (index) => (((shown - points.length + index) / (shown - 1)) * WIDTH).toFixed(1);
  const y = (number) => (HEIGHT - 2 - (number / top) * (HEIGHT - 6)).toFixed(1);
  const close = (index) => (begin === null ? "" : `L${x(index)} ${HEIGHT}L${begin} ${HEIGHT}Z`);
  points.forEach((number, index) => {
    if (number === null) {
      fill += close(index - 1);
      begin = null;
      return;
    }
    const [verb, place] = [begin === null ? "M" : "L", `${x(index)} ${y(number)}`];
    begin ??= x(index);
    // One that stands alone is a dot.
    stroke += verb === "M" ? `M${place}h0` : `L${place}`;
    fill += verb + place;
  });
  return { stroke, fill: fill + close(points.length - 1) };
}

/** The plots, and how a moment is added to them. */
function makePlots(place) {
  const plots = {
    requests: plot("Requests", "/s", 1),
    latency: plot("Latency", "ms", 1),
    queue: plot("Waiting", "calls", 1),
    cpu: plot("CPU", "%", 10),
    memory: plot("Memory", "MiB", 1),
  };
  place.append(...Object.values(plots).map((one) => one.element));
  let before = null;
  return {
    /** Adds what /health, /stats and /metrics have said. */
    add(health, stats, metrics, now) {
      const sums = sumsOfCalls(metrics);
      const seconds = before ? (now - before.now) / 1000 : 0;
      // After a pause the means would be of all of it.
      const isNext = before !== null && seconds < 5 && sums.count >= before.count;
      const count = isNext ? sums.count - before.count : 0;
      plots.requests.add(isNext ? count / seconds : null);
      plots.latency.add(count > 0 ? ((sums.seconds - before.seconds) / count) * 1000 : null);
      plots.queue.add(health.calls_queued);
      plots.cpu.add(stats.cpu_percent);
      plots.memory.add(stats.memory_rss_mb);
      before = { ...sums, now };
    },
  };
}

/** How many calls of the plugin have ended, and how long they took together, from /metrics. */
function sumsOfCalls(metrics) {
  const sums = { count: 0, seconds: 0 };
  for (const [, kind, number] of metrics.matchAll(
    /^universal_worker_request_duration_seconds_(count|sum)\{[^}]*\} (\S+)$/gm)) {
    sums[kind === "count" ? "count" : "seconds"] += Number(number);
  }
  return sums;
}
