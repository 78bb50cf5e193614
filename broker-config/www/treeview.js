// The tree on the screen: only the rows that can be seen exist, and each is used again for another
// node as one scrolls. To a keyboard and a screen reader it is one tree (the ARIA pattern of that
// name): the focus stays on the tree, and aria-activedescendant names the row.
"use strict";

const rowsBeyond = 6; // rendered above and below what can be seen

class TreeView {
  /** `chosen(node)` is called for the room or level that somebody opens. */
  constructor(element, lines, chosen) {
    Object.assign(this, { element, lines, chosen });
    this.rowHeight = parseFloat(getComputedStyle(element).getPropertyValue("--row")) || 40;
    this.active = ""; // the name of the node that has the keyboard
    this.selected = "";
    this.rows = [];
    this.canvas = this.element.appendChild(document.createElement("div"));
    this.canvas.className = "canvas";
    this.canvas.setAttribute("role", "presentation");
    element.addEventListener("scroll", () => this.changed?.(), { passive: true });
    element.addEventListener("keydown", (event) => this.keydown(event));
    element.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.changed?.()).observe(element);
  }

  paint(now, isFresh) {
    const lines = this.lines.update(now);
    if (this.height !== lines.length) this.canvas.style.height = `${lines.length * this.rowHeight}px`;
    this.height = lines.length;
    const first = Math.max(0, Math.floor(this.element.scrollTop / this.rowHeight) - rowsBeyond);
    const height = this.element.clientHeight;
    const last = Math.min(lines.length, first + Math.ceil(height / this.rowHeight) + 2 * rowsBeyond);
    this.makeRows(last - first);
    let active = "";
    for (let index = first; index < last; index++) {
      const row = this.rows[index % this.rows.length];
      const line = lines[index];
      row.place(index * this.rowHeight);
      row.paint(line, now, isFresh, line.node.name === this.selected);
      if (line.node.name === this.active) active = row.element.id;
      row.mark(line.node.name === this.active);
    }
    this.hideOthers(first, last);
    this.name(active);
    this.shown = lines.slice(first, last);
  }

  /** Which row has the keyboard, for a screen reader. */
  name(row) {
    if (this.named === row) return;
    this.named = row;
    if (row) this.element.setAttribute("aria-activedescendant", row);
    else this.element.removeAttribute("aria-activedescendant");
  }

  /** As many as there are lines to be shown, never fewer than before: a row keeps its remainder. */
  makeRows(count) {
    while (this.rows.length < count) {
      const row = new TreeRow(this.rows.length);
      this.rows.push(row);
      this.canvas.append(row.element);
    }
  }

  hideOthers(first, last) {
    const used = new Set();
    for (let index = first; index < last; index++) used.add(index % this.rows.length);
    this.rows.forEach((row, index) => row.show(used.has(index)));
  }

  click(event) {
    const row = this.rows.find((each) => each.element.contains(event.target));
    if (!row?.line) return;
    this.active = row.line.node.name;
    if (event.target.closest(".twisty") && row.line.isGroup) this.lines.toggle(row.line.node);
    else this.open(row.line);
    this.changed?.();
  }

  /** Shows a node's page; a level that is no room opens or closes as well. */
  open({ node, isGroup }) {
    if (isGroup && !node.isRoom) this.lines.toggle(node);
    if (node.isRoom) this.chosen(node);
  }

  keydown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = this.lines.all;
    const index = all.findIndex((line) => line.node.name === this.active);
    if (!this.press(event.key, all, index)) return;
    event.preventDefault();
    this.changed?.();
  }

  /** Whether the key means something here. */
  press(key, all, index) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.rowHeight) - 1);
    const line = all[index];
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (key in moves) return this.go(index < 0 ? 0 : index + moves[key]);
    if (key === "Home") return this.go(0);
    if (key === "End") return this.go(all.length - 1);
    if (!line) return false;
    if (key === "Enter" || key === " ") this.open(line);
    else if (key === "ArrowRight" && line.isGroup && !line.isOpen) this.lines.toggle(line.node, true);
    else if (key === "ArrowRight" && line.isGroup) return this.go(index + 1);
    else if (key === "ArrowLeft" && line.isOpen) this.lines.toggle(line.node, false);
    else if (key === "ArrowLeft") return this.go(all.findIndex((l) => l.node === line.node.parent));
    else return false;
    return true;
  }

  go(wanted) {
    const all = this.lines.all;
    if (wanted < 0 && all.length === 0) return true;
    const index = Math.min(Math.max(wanted, 0), all.length - 1);
    if (!all[index]) return true;
    this.active = all[index].node.name;
    this.scrollTo(index);
    return true;
  }

  scrollTo(index) {
    const top = index * this.rowHeight;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    const lowest = top + this.rowHeight - clientHeight;
    if (lowest > scrollTop) this.element.scrollTop = lowest;
  }
}
