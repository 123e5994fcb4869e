// How elements are found and made. Text becomes text only, whatever it says: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

/** The element of an id, which page.html has. */
function byID(id) {
  return document.getElementById(id);
}

/** Makes an element with properties, attributes (for names with a dash) and children, which may be strings. */
function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "for" || key === "role") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

/** Makes an element of a drawing. */
function drawing(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Sets a text if it is another one: screen readers say only what has changed. */
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Shows a message below a form: "good", "bad", or plain. */
function say(target, text, kind = "plain") {
  target.dataset.kind = kind;
  setText(target, text);
}

/** The start of a text, and how much was left out of it. */
function cut(text, most) {
  if (text.length <= most) return text;
  return `${text.slice(0, most)} … (${(text.length - most).toLocaleString("en")} more characters)`;
}

/** A time in words that change no more often than needed. */
function duration(seconds) {
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
}

/** A number as short as it is still useful. */
function short(number) {
  if (number >= 1e6) return `${(number / 1e6).toFixed(1)} M`;
  if (number >= 1e4) return `${(number / 1e3).toFixed(1)} k`;
  return number >= 100 || Number.isInteger(number) ? number.toFixed(0) : number.toFixed(1);
}
