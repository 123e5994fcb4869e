// What an answer says, as it comes: lines, as many and as long as a person can use.

const MOST_LINES = 500;
const LONGEST_LINE = 4000;
const LONGEST_RESULT = 200000;

/** Shows what comes, drawn at most once a frame, of which `told` hears: {begin(), add(line), dropped}. */
function makeOutput(place, told) {
  let [waiting, drawn, isPlanned] = [[], 0, false];
  const draw = () => {
    isPlanned = false;
    const isAtEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 40;
    place.append(...waiting.map((line) => element("div", { className: "line" }, line)));
    waiting = [];
    while (place.childElementCount > MOST_LINES) place.firstElementChild.remove();
    place.hidden = drawn === 0;
    if (isAtEnd) place.scrollTop = place.scrollHeight;
    told(drawn);
  };
  return {
    begin() {
      [waiting, drawn] = [[], 0];
      place.replaceChildren();
      place.hidden = true;
    },
    add(line) {
      waiting.push(line);
      if (waiting.length > MOST_LINES) waiting.shift();
      drawn += 1;
      if (isPlanned) return;
      isPlanned = true;
      requestAnimationFrame(draw);
    },
    /** How many lines came that are not shown any more. */
    get dropped() {
      return Math.max(0, drawn - MOST_LINES);
    },
  };
}

/** Reads an answer piece by piece as text. */
async function eachPiece(response, use) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    use(decoder.decode(value, { stream: true }));
  }
}

/** Reads NDJSON; `use` gets each line's start, and how many characters it has. */
async function eachLine(response, use) {
  let [line, length] = ["", 0];
  const take = (text) => {
    if (line.length < LONGEST_LINE) line += text.slice(0, LONGEST_LINE - line.length);
    length += text.length;
  };
  await eachPiece(response, (piece) => {
    const parts = piece.split("\n");
    for (const part of parts.slice(0, -1)) {
      take(part);
      use(line, length);
      [line, length] = ["", 0];
    }
    take(parts.at(-1));
  });
  if (length > 0) use(line, length);
}

/** Reads a whole answer, and keeps as much of it as can be shown: {text, length}. */
async function wholeText(response) {
  let [text, length] = ["", 0];
  await eachPiece(response, (piece) => {
    if (text.length < LONGEST_RESULT) text += piece.slice(0, LONGEST_RESULT - text.length);
    length += piece.length;
  });
  return { text, length };
}

/** A text that may have been cut, and how much is missing. */
function shownText(text, length) {
  const missing = length - text.length;
  return missing > 0 ? `${text} … (${missing.toLocaleString("en")} more characters)` : text;
}
