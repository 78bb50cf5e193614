"use strict";

const minute = 60_000;
const noon = Date.UTC(2026, 0, 1, 12);
const known = (trace, now) => trace.points(now).filter(Boolean);
const latest = (trace, now) => trace.points(now).at(-1);

test("a trace weighs a minute's mean by time and keeps its least and most", () => {
  const trace = new Trace();
  trace.set(2, noon);
  trace.set(6, noon + 15_000);
  trace.set(4, noon + 45_000);
  expect(latest(trace, noon + minute - 1).mean.toFixed(2), "4.50");
  expect([latest(trace, noon + 50_000).least, latest(trace, noon + 50_000).most], [2, 6]);
});

test("a trace holds a count through minutes without a change, for an hour and no longer", () => {
  const trace = new Trace();
  trace.set(3, noon);
  expect(known(trace, noon + 59 * minute).length, 60);
  trace.set(5, noon + 59 * minute);
  const hour = known(trace, noon + 60 * minute);
  expect([hour.length, hour[0].most, hour.at(-1).least, hour.at(-2).least], [60, 3, 5, 3]);
  expect(known(trace, noon + 48 * 60 * minute).length, 60);
});

test("a trace knows nothing of the time before the first count, nor while nobody knows", () => {
  const trace = new Trace();
  trace.set(1, noon);
  trace.set(undefined, noon + 2 * minute);
  trace.set(1, noon + 5 * minute);
  const points = trace.points(noon + 6 * minute).slice(-8).map(Boolean);
  expect(points, [false, true, true, false, false, false, true, true].slice(0, 8));
});

test("a clock that is set back breaks nothing", () => {
  const trace = new Trace();
  trace.set(1, noon);
  trace.set(2, noon - 10 * minute);
  expect(latest(trace, noon).most, 2);
});

test("a trace takes the past from the bridge only where it saw nothing itself", () => {
  const trace = new Trace();
  trace.set(9, noon);
  const point = (at, value) => ({ at: new Date(at).toISOString(), min: value, max: value, mean: value });
  const points = [point(noon - 61 * minute, 7), point(noon - 2 * minute, 5), point(noon, 5)];
  trace.fill(points, 60, noon);
  expect(known(trace, noon).map((each) => each.most), [5, 9]);
  trace.fill([{ at: "never", min: 1, max: 1, mean: 1 }], 60, noon);
  expect(known(trace, noon).length, 2);
});

function treeOf(counts) {
  const tree = new RoomTree();
  for (const [room, count] of Object.entries(counts)) tree.set(room, count, noon, false);
  return tree;
}

const shownIn = (lines) => lines.update(noon).map((line) => `${line.level} ${line.node.name}`);

test("counts are rolled up over the levels, and a level may be a room itself", () => {
  const tree = treeOf({ a: 1, "a/b": 2, "a/b/c": 4, d: 8 });
  expect(["a", "a/b", "a/b/c"].map((name) => tree.nodes.get(name).total), [7, 6, 4]);
  expect([tree.root.total, tree.root.rooms], [15, 4]);
  tree.set("a/b/c", 1, noon, true);
  tree.remove("a", noon);
  expect([tree.nodes.get("a").total, tree.nodes.get("a").isRoom, tree.root.rooms], [3, false, 3]);
});

test("a level goes with its last room", () => {
  const tree = treeOf({ "a/b/c": 1, "a/d": 1 });
  tree.remove("a/b/c", noon);
  expect([...tree.nodes.keys()], ["a", "a/d"]);
  tree.remove("a/d", noon);
  tree.remove("a/d", noon);
  expect([tree.nodes.size, tree.root.total, tree.root.rooms], [0, 0, 0]);
});

test("a room that was cleared while nobody listened is swept away", () => {
  const tree = treeOf({ old: 1, kept: 2 });
  tree.beginAgain();
  tree.set("kept", 2, noon, false);
  tree.sweep(noon);
  expect([...tree.nodes.keys()], ["kept"]);
});

test("rooms with names that objects have are rooms like others", () => {
  const tree = treeOf({ __proto__x: 1, constructor: 2, "toString/valueOf": 3 });
  expect(tree.root.total, 6);
});

test("names are sorted as people count, counts downwards", () => {
  const tree = treeOf({ "r-10": 1, "r-9": 5, "r-1": 3 });
  const lines = new Lines(tree);
  expect(shownIn(lines), ["1 r-1", "1 r-9", "1 r-10"]);
  lines.sorting = "count";
  expect(shownIn(lines), ["1 r-9", "1 r-1", "1 r-10"]);
});

test("a filter shows what fits and the levels above it, opened", () => {
  const lines = new Lines(treeOf({ "a/lab": 1, "a/hall": 1, "b/x": 1 }));
  lines.toggle(lines.tree.nodes.get("a"), false);
  lines.filter = "lab";
  expect(shownIn(lines), ["1 a", "2 a/lab"]);
  lines.filter = "";
  expect(shownIn(lines), ["1 a", "1 b", "2 b/x"]);
});

test("300 rooms are shown opened, 301 closed until somebody opens them", () => {
  const rooms = (count) =>
    treeOf(Object.fromEntries(Array.from({ length: count }, (_, index) => [`a/${index}`, 1])));
  expect(new Lines(rooms(300)).update(noon).length, 301);
  const lines = new Lines(rooms(301));
  expect(lines.update(noon).length, 1);
  lines.toggle(lines.tree.nodes.get("a"));
  expect(lines.update(noon).length, 302);
});

test("a snapshot is read with distrust", () => {
  const text = '{"count":2,"members":[{"client":7,"asleep":true,"data":{"a":"x","b":[1]}},null,3]}';
  const { members, asleep } = readSnapshot(text);
  expect([asleep, members.length, members[0].client, members[0].isAsleep], [0, 1, "7", true]);
  expect(members[0].facts, [["a", "x"], ["b", "[1]"]]);
  expect(["", "[]", "null", "{}", '{"count":"1"}'].map(readSnapshot), Array(5).fill(null));
});

test("lengths of time are told in the unit that fits", () => {
  const lengths = [-5, 59_999, 60_000, 3_599_999, 3_600_000, 7_500_000, 172_800_000];
  const words = ["0 s", "59 s", "1 min", "59 min", "1 h", "2 h 5 min", "2 days"];
  expect(lengths.map(lengthInWords), words);
});

test("an unknown reason is shown as it is, one that objects have too", () => {
  expect(reasonInWords("moved"), "moved");
  expect(reasonInWords("constructor"), "constructor");
  expect([reasonInWords(undefined, "added"), reasonInWords({}, "removed")], ["joined", "left"]);
});

test("the past of a bridge whose clock is ahead lies where it was here", () => {
  const trace = new Trace();
  trace.set(3, noon);
  const at = new Date(noon - 5 * 60_000 + 3_600_000).toISOString();
  trace.fill([{ at, min: 1, max: 2, mean: 1.5 }], 60, noon, 3_600_000);
  const known = trace.points(noon).map((point) => point?.most).filter((each) => each !== undefined);
  expect([known, trace.points(noon).at(-6)?.most], [[2, 3], 2]);
});

test("a movement is shown for a moment, whichever way the clock is set", () => {
  const tree = new RoomTree();
  tree.set("lab", 1, noon, true);
  const node = tree.nodes.get("lab");
  expect([0, 2499, 2500, -3_600_000].map((later) => node.movement(noon + later)), [1, 1, 0, 0]);
});
