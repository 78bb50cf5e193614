"use strict";

const second = 1000;

/** A page that is connected to a live bridge at time 0. */
function live() {
  const health = new Health();
  health.connecting();
  health.opened();
  health.status("online", false, 0);
  health.replayed(0);
  return health;
}

test("what is shown is fresh once all that was kept has come, not before", () => {
  const health = new Health();
  health.connecting();
  expect(health.isFresh, false);
  health.opened();
  health.status("online", false, 0);
  expect(health.isFresh, false);
  health.replayed(0);
  expect([health.isFresh, health.trouble, health.trueAt], [true, "", 0]);
});

test("without a bridge nothing is fresh", () => {
  const health = new Health();
  health.opened();
  health.replayed(0);
  expect([health.isFresh, health.trouble], [false, "No bridge has ever published here."]);
});

test("a bridge that dies leaves numbers as old as its last word", () => {
  const health = live();
  health.heardBridge(7 * second);
  health.status("offline", true, 30 * second);
  health.answered(40 * second);
  expect([health.isFresh, health.trouble, health.trueAt], [false, "The bridge is offline.", 7 * second]);
});

test("a bridge that is back is believed at its first word", () => {
  const health = live();
  health.status("offline", true, second);
  health.status("online", true, 2 * second);
  expect([health.isFresh, health.trouble.includes("is back")], [false, true]);
  health.heardBridge(3 * second);
  expect(health.isFresh, true);
});

test("a bridge that takes over without an offline settles as well", () => {
  const health = live();
  health.status("online", true, second);
  expect(health.isFresh, false);
});

test("a bridge that is back with nothing to say is believed after twelve seconds", () => {
  const health = live();
  health.status("online", true, 0);
  health.answered(12 * second);
  expect(health.isFresh, false);
  health.answered(12 * second + 1);
  expect(health.isFresh, true);
});

test("a bridge that misses three of its stats is silent", () => {
  const health = live();
  health.stats(0, 10 * second, true, 0);
  health.stats(10 * second, 10 * second, true, 10 * second);
  health.answered(45 * second);
  expect([health.isFresh, health.trueAt], [true, 10 * second]);
  health.answered(45 * second + 1);
  expect([health.isFresh, health.trouble], [false, "The bridge is silent."]);
  health.stats(46 * second, 10 * second, true, 46 * second);
  expect(health.isFresh, true);
});

test("that the broker answers confirms nothing of the bridge", () => {
  const health = live();
  health.answered(99 * second);
  expect([health.isFresh, health.trueAt], [true, 0]);
});

test("the age of what is found at a dead bridge is that of its last stats", () => {
  const health = new Health();
  health.opened();
  health.stats(5 * second, 10 * second, false, 60 * second);
  health.status("offline", false, 60 * second);
  health.replayed(60 * second);
  expect([health.isFresh, health.trueAt], [false, 5 * second]);
});

test("a lost connection says why, and a new one is not fresh until it has caught up", () => {
  const health = live();
  health.heardBridge(second);
  health.lost("no answer");
  expect([health.isFresh, health.trueAt], [false, second]);
  expect(health.trouble, "The broker is unreachable: no answer. Trying again.");
  health.connecting();
  expect(health.trouble.includes("unreachable"), true);
  health.opened();
  expect(health.isFresh, false);
});

/** A page that connects to a broker whose kept stats, every ten seconds, are of a time. */
function found(statsAt, now) {
  const health = new Health();
  health.opened();
  health.stats(statsAt, 10 * second, false, now);
  health.status("online", false, now);
  health.replayed(now);
  return health;
}

test("an online that was kept is believed while the next stats are not overdue", () => {
  expect(found(41 * second, 60 * second).isFresh, true);
  const health = found(40 * second, 60 * second);
  expect([health.isFresh, health.trueAt], [false, 40 * second]);
  expect(health.trouble, "Nothing has been heard of the bridge yet.");
  health.heardBridge(61 * second);
  expect([health.isFresh, health.trueAt], [true, 61 * second]);
});

test("a bridge that was believed and says nothing is silent", () => {
  const health = found(60 * second, 60 * second);
  health.answered(95 * second);
  expect(health.isFresh, true);
  health.answered(95 * second + 1);
  expect([health.isFresh, health.trouble], [false, "The bridge is silent."]);
});

test("kept stats of a time yet to come say nothing of their age", () => {
  const health = found(3600 * second, 60 * second);
  expect([health.isFresh, health.trueAt, health.knowsClock], [false, undefined, false]);
  health.stats(3610 * second, 10 * second, true, 70 * second);
  expect([health.isFresh, health.ahead, health.knowsClock], [true, 3540 * second, true]);
  health.stats(81 * second, 10 * second, true, 80 * second);
  expect(health.ahead, 0);
});

test("after a reconnect a bridge that is known to give stats has to be heard again", () => {
  const health = found(60 * second, 60 * second);
  health.lost("closed");
  health.opened();
  health.status("online", false, 90 * second);
  health.replayed(90 * second);
  expect([health.isFresh, health.trueAt], [false, 60 * second]);
});
