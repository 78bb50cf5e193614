// One row of the tree. It remembers what it shows, so that painting it again costs nothing where
// nothing has changed; a count that moves says by how much for a moment.
"use strict";

const sumInWords = "The sum of the rooms: who is in two of them counts twice";
// A minute is two pixels wide: what moves is drawn again after a second, what does not after five.
const sparkIntervals = { moved: 1000, still: 5000 };

class TreeRow {
  constructor(number) {
    this.element = element("div", "row");
    this.element.id = `row-${number}`;
    this.element.setAttribute("role", "treeitem");
    this.twisty = element("span", "twisty");
    this.name = element("bdi", "name");
    this.note = element("span", "note");
    this.spark = new Spark(120, 24);
    this.delta = element("span", "delta");
    this.count = element("span", "count");
    for (const each of [this.twisty, this.delta]) each.setAttribute("aria-hidden", "true");
    this.element.append(
      this.twisty, this.name, this.note, this.spark.element, this.delta, this.count);
  }

  show(isShown) {
    show(this.element, isShown);
    if (!isShown) this.line = undefined;
  }

  place(top) {
    if (this.top === top) return;
    this.top = top;
    this.element.style.transform = `translateY(${top}px)`;
  }

  mark(isActive) {
    this.element.classList.toggle("active", isActive);
  }

  paint(line, now, isFresh, isSelected) {
    const { node } = line;
    const isSame = this.line?.node === node;
    this.show(true);
    this.paintPlace(line, isSelected);
    if (!isSame) this.begin(node);
    this.line = line;
    this.total = node.total;
    write(this.name, node.label);
    write(this.note, line.isGroup ? counted(node.rooms, "room") : "");
    write(this.count, node.total.toLocaleString());
    this.paintMovement(node, now);
    this.label(node, isFresh);
    this.draw(node, now);
  }

  /** Another node than before: its hour is drawn at once. */
  begin(node) {
    this.name.title = node.name;
    this.count.title = node.children.size ? sumInWords : "";
    this.drawnAt = -Infinity;
  }

  draw(node, now) {
    const hasMoved = this.drawn !== node.total;
    const interval = hasMoved ? sparkIntervals.moved : sparkIntervals.still;
    if (Math.abs(now - this.drawnAt) < interval) return;
    this.drawnAt = now;
    this.drawn = node.total;
    this.spark.draw(node.trace, now);
  }

  paintPlace(line, isSelected) {
    this.set("aria-level", line.level);
    this.set("aria-setsize", line.size);
    this.set("aria-posinset", line.position);
    this.set("aria-selected", isSelected);
    this.set("aria-expanded", line.isGroup ? line.isOpen : null);
    const mark = line.isGroup ? (line.isOpen ? "▾" : "▸") : "";
    write(this.twisty, mark);
    if (this.level !== line.level) this.element.style.setProperty("--level", line.level - 1);
    this.level = line.level;
  }

  /** What a screen reader says of it: a number that may be old is said to be. */
  label(node, isFresh) {
    const age = isFresh ? "" : ", out of date";
    this.set("aria-label", `${node.label}, ${node.total} present${age}`);
  }

  set(name, value) {
    if (this[name] === value) return;
    this[name] = value;
    if (value === null) this.element.removeAttribute(name);
    else this.element.setAttribute(name, value);
  }

  /**
   * `+2` beside a count, for a moment. It is plainly there and then not: fading would keep the
   * screen busy, and some people ask for less of it.
   */
  paintMovement(node, now) {
    const moved = node.movement(now);
    const text = moved === 0 ? "" : moved > 0 ? `+${moved}` : `−${-moved}`;
    if (this.movement === text) return;
    this.movement = text;
    write(this.delta, text);
    this.delta.className = moved > 0 ? "delta up" : "delta down";
  }
}
