// One row of the tree. It remembers what it shows, so that painting it again costs nothing where
// nothing has changed; a count that moves says by how much for a moment.
"use strict";

// A minute is two pixels wide: what moves is drawn again after a second, what does not after five.
const sparkIntervals = { moved: 1000, still: 5000 };
const deltaShown = 2500; // milliseconds; plainly shown and then not: fading would keep a screen busy

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
    else this.move(node.total - this.total, now);
    this.line = line;
    this.total = node.total;
    write(this.name, node.label);
    write(this.note, line.isGroup ? counted(node.rooms, "room") : "");
    write(this.count, node.total.toLocaleString());
    this.label(node, isFresh);
    this.draw(node, now);
  }

  /** Another node than before: nothing of the last one's may be seen with it. */
  begin(node) {
    this.name.title = node.name;
    write(this.delta, "");
    this.moved = 0;
    this.movedAt = this.drawnAt = -Infinity;
  }

  draw(node, now) {
    const hasMoved = this.drawn !== node.total;
    const interval = hasMoved ? sparkIntervals.moved : sparkIntervals.still;
    if (now - this.drawnAt < interval) return;
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

  /** `+2` beside a count, for a moment; changes that follow each other are added up. */
  move(difference, now) {
    if (difference === 0 && (now - this.movedAt < deltaShown || this.moved === 0)) return;
    this.moved = difference === 0 ? 0 : this.moved + difference;
    if (difference !== 0) this.movedAt = now;
    const text = String(Math.abs(this.moved));
    write(this.delta, this.moved === 0 ? "" : this.moved > 0 ? `+${text}` : `−${text}`);
    this.delta.className = this.moved > 0 ? "delta up" : "delta down";
  }
}
