// Times and events in words.
"use strict";

/** `12 s`, `3 min`, `2 h 5 min`, `4 days`: a length of time in milliseconds, for a person. */
function lengthInWords(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** The time of day here, to the second; with the date when that is not today's. */
function clock(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "?";
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? date.toLocaleTimeString() : date.toLocaleString();
}

/** `1 room`, `5,000 rooms`. */
function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

const reasonsInWords = {
  joined: "joined",
  revived: "is back",
  left: "left",
  offline: "went offline",
  expired: "fell silent",
  forgotten: "left for good",
  evicted: "was removed",
  moved: "moved",
  gateway: "gone with its gateway",
};

/** A reason of an event; one that is not known yet is shown as it is. */
function reasonInWords(reason, kind) {
  if (Object.hasOwn(reasonsInWords, reason)) return reasonsInWords[reason];
  return typeof reason === "string" ? reason : kind === "added" ? "joined" : "left";
}

/** What JSON text says, when it is an object; else null. */
function objectIn(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** A list from somebody else's object. */
function listIn(value) {
  return Array.isArray(value) ? value.filter((each) => each && typeof each === "object") : [];
}

/** A new element with a class and a text, which is never markup. */
function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Sets a text only where it differs: the layout then stays as it is. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows or hides, only where that differs. */
function show(node, isShown) {
  if (node.hidden === isShown) node.hidden = !isShown;
}
