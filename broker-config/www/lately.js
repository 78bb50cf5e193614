// What changed lately, newest first. In a burst only the newest are ever taken apart: what is
// pushed out again before it could be painted was never read.
"use strict";

const eventsKept = 60;
const namesShown = 4;
const latelyInterval = 250; // milliseconds between two paintings: faster cannot be read

class Lately {
  /** `chosen(room)` is called when somebody clicks a room's name. */
  constructor(list, rate, chosen) {
    Object.assign(this, { list, rate, chosen });
    this.events = []; // newest last
    this.fresh = [];
    this.filter = "";
    this.heard = []; // how many came in each of the last seconds: [second, number]
    this.paintedAt = 0;
    this.rows = Array.from({ length: eventsKept }, () => this.makeRow());
  }

  hear(payload, now) {
    this.fresh.push({ payload, now });
    if (this.fresh.length > 2 * eventsKept) this.fresh.splice(0, eventsKept);
    const second = Math.floor(now / 1000);
    if (this.heard.at(-1)?.[0] === second) this.heard.at(-1)[1]++;
    else this.heard.push([second, 1]);
    while (this.heard[0][0] < second - 5) this.heard.shift();
  }

  paint(now) {
    // A clock that is set back does not stop it.
    if (Math.abs(now - this.paintedAt) < latelyInterval) return;
    this.paintedAt = now;
    this.paintRate(now);
    if (!this.fresh.length && !this.needsPaint) return;
    this.needsPaint = false;
    this.events.push(...this.fresh.map((each) => this.read(each)).filter(Boolean));
    this.fresh = [];
    this.events = this.events.slice(-eventsKept);
    const shown = this.events.filter((each) => each.room.toLowerCase().includes(this.filter));
    this.rows.forEach((row, index) => this.paintRow(row, shown.at(-1 - index)));
  }

  /** The mean of the last whole seconds. */
  paintRate(now) {
    const second = Math.floor(now / 1000);
    const whole = this.heard.filter(([each]) => each < second && each >= second - 5);
    const rate = whole.reduce((sum, [, number]) => sum + number, 0) / 5;
    const digits = rate < 10 ? 1 : 0;
    write(this.rate, rate === 0 ? "" : `${rate.toFixed(digits)} changes a second`);
  }

  read({ payload, now }) {
    const event = objectIn(utf8.decoder.decode(payload));
    if (!event || typeof event.room !== "string") return null;
    const words = [];
    for (const kind of ["added", "removed"]) {
      for (const each of listIn(event[kind])) {
        words.push([String(each.client), reasonInWords(each.reason, kind)]);
      }
    }
    for (const each of listIn(event.updated)) words.push([String(each.client), "has new data"]);
    if (!words.length) return null;
    return { room: event.room, words, at: Date.parse(event.at) || now };
  }

  makeRow() {
    const row = element("li", "event");
    row.time = element("time");
    row.room = element("button", "link");
    row.room.type = "button";
    row.room.dir = "auto";
    row.words = element("span", "words");
    row.room.addEventListener("click", () => this.chosen(row.event.room));
    row.append(row.time, row.room, row.words);
    row.hidden = true;
    this.list.append(row);
    return row;
  }

  paintRow(row, event) {
    if (row.event === event) return;
    row.event = event;
    row.hidden = !event;
    if (!event) return;
    write(row.time, new Date(event.at).toLocaleTimeString());
    write(row.room, event.room);
    const parts = event.words.slice(0, namesShown).flatMap(([name, word], index) => [
      index ? ", " : "", element("bdi", "client", name), ` ${word}`,
    ]);
    const others = event.words.length - namesShown;
    if (others > 0) parts.push(` and ${counted(others, "other")}`);
    row.words.replaceChildren(...parts);
  }
}
