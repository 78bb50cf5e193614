// Which nodes of the tree are shown, and in which order: what is open, what the filter lets
// through, how siblings are sorted. The result is a plain array, of which only what is on the
// screen is ever painted.
"use strict";

const collator = new Intl.Collator(undefined, { numeric: true });
const opensAllBelow = 300; // rooms; of more, levels are closed until somebody opens them
const resortInterval = 1000; // milliseconds: rows that jump about faster cannot be read

const comparisons = {
  name: (a, b) => collator.compare(a.label, b.label) || (a.label < b.label ? -1 : 1),
  count: (a, b) => b.total - a.total || comparisons.name(a, b),
  change: (a, b) => b.changedAt - a.changedAt || comparisons.name(a, b),
};

class Lines {
  constructor(tree) {
    this.tree = tree;
    this.filter = "";
    this.sorting = "name";
    this.toggled = new Map();
    this.all = [];
    this.madeOf = "";
  }

  isOpen(node) {
    if (this.filter !== "") return true;
    return this.toggled.get(node.name) ?? this.tree.root.rooms <= opensAllBelow;
  }

  toggle(node, isOpen = !this.isOpen(node)) {
    this.toggled.set(node.name, isOpen);
    this.madeOf = "";
  }

  /** Opens all levels above a node. */
  reveal(node) {
    for (let each = node.parent; each?.parent; each = each.parent) this.toggle(each, true);
  }

  /** The lines as they are now, made anew only when something that decides on them has changed. */
  update(now) {
    const beat = this.sorting === "name" ? 0 : Math.floor(now / resortInterval);
    const opensAll = this.tree.root.rooms <= opensAllBelow;
    const madeOf = [this.tree.shape, this.filter, this.sorting, beat, opensAll].join("\n");
    if (madeOf === this.madeOf) return this.all;
    if (this.sorting !== "name" || this.sortedBy !== "name") this.forgetOrder();
    this.sortedBy = this.sorting;
    this.madeOf = madeOf;
    this.all = [];
    this.append(this.tree.root, 1);
    return this.all;
  }

  forgetOrder() {
    this.tree.root.order = null;
    for (const node of this.tree.nodes.values()) node.order = null;
  }

  append(parent, level) {
    parent.order ??= [...parent.children.values()].sort(comparisons[this.sorting]);
    const shown = parent.order.filter((node) => this.lets(node));
    shown.forEach((node, index) => {
      const isGroup = node.children.size > 0;
      const isOpen = isGroup && this.isOpen(node);
      this.all.push({ node, level, position: index + 1, size: shown.length, isGroup, isOpen });
      if (isOpen) this.append(node, level + 1);
    });
  }

  /** A name below a level that fits has that level in it, and so fits as well. */
  lets(node) {
    if (this.filter === "" || node.search.includes(this.filter)) return true;
    for (const child of node.children.values()) if (this.lets(child)) return true;
    return false;
  }
}
