// The rooms as a tree by the levels of their names. Each node holds the sum of its own count and
// of all below it, and its trace of the last hour; both are kept right with each change, so that
// painting never has to add up. A node is a room when it has a count of its own.
"use strict";

const movementShown = 2500; // milliseconds

class RoomNode {
  constructor(name, label, parent) {
    Object.assign(this, { name, label, parent });
    this.search = name.toLowerCase();
    this.children = new Map();
    this.own = undefined; // the room's count; undefined when the node is only a level
    this.total = 0;
    this.rooms = 0; // in it, itself included
    this.changedAt = 0; // milliseconds since 1970; 0: not since the page was opened
    this.moved = 0; // by how much, in the changes that lately followed each other
    this.trace = new Trace();
    this.order = null; // the children as they were last sorted
  }

  move(difference, now) {
    this.moved = this.movement(now) + difference;
    this.changedAt = now;
  }

  /** By how much the count has just moved; 0 when that is a while ago. */
  movement(now) {
    return Math.abs(now - this.changedAt) < movementShown ? this.moved : 0;
  }

  get isRoom() {
    return this.own !== undefined;
  }
}

class RoomTree {
  constructor() {
    this.root = new RoomNode("", "", null);
    this.nodes = new Map();
    this.shape = 0; // grows whenever a node comes or goes
    this.seen = new Set(); // the rooms heard of since the last connection
    this.isKnown = false; // whether the counts are those of this moment
  }

  /** A room's count. `isNews` is false for what was so before the page looked. */
  set(room, count, now, isNews) {
    this.seen.add(room);
    const node = this.nodes.get(room) ?? this.make(room);
    const isNew = !node.isRoom;
    const difference = count - (node.own ?? 0);
    if (!isNew && difference === 0) return;
    node.own = count;
    for (let each = node; each; each = each.parent) {
      each.total += difference;
      if (isNew) each.rooms++;
      if (isNews && difference !== 0) each.move(difference, now);
      this.trace(each, now);
    }
  }

  /** The room is no more: its retained count was cleared. */
  remove(room, now) {
    this.seen.delete(room);
    const node = this.nodes.get(room);
    if (!node?.isRoom) return;
    const count = node.own;
    node.own = undefined;
    for (let each = node; each; each = each.parent) {
      each.total -= count;
      each.rooms--;
      this.trace(each, now);
    }
    this.prune(node);
  }

  /** What is heard from here on is what there is: see `sweep`. */
  beginAgain() {
    this.seen.clear();
  }

  /** Rooms that were not heard of since `beginAgain` went while nobody listened. */
  sweep(now) {
    const gone = [...this.nodes.values()].filter((node) => node.isRoom && !this.seen.has(node.name));
    for (const node of gone) this.remove(node.name, now);
  }

  /** From now on, nobody knows; or what is known holds again. */
  know(isKnown, now) {
    if (isKnown === this.isKnown) return;
    this.isKnown = isKnown;
    this.trace(this.root, now);
    for (const node of this.nodes.values()) this.trace(node, now);
  }

  trace(node, now) {
    node.trace.set(this.isKnown ? node.total : undefined, now);
  }

  make(room) {
    let node = this.root;
    let name = "";
    for (const label of room.split("/")) {
      name = name === "" ? label : `${name}/${label}`;
      node = this.nodes.get(name) ?? this.add(name, label, node);
    }
    return node;
  }

  add(name, label, parent) {
    const node = new RoomNode(name, label, parent);
    this.nodes.set(name, node);
    parent.children.set(label, node);
    parent.order = null;
    this.shape++;
    return node;
  }

  prune(node) {
    for (let each = node; each.parent && !each.isRoom && !each.children.size; each = each.parent) {
      this.nodes.delete(each.name);
      each.parent.children.delete(each.label);
      each.parent.order = null;
      this.shape++;
    }
  }
}
