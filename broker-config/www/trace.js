// How a count ran in the last hour, minute by minute: least, most, and the mean weighted by time.
// Only what was seen, or what the bridge tells of the time before, is in it; a time of which nothing
// is known stays empty, so that no line is drawn through a gap. Times are milliseconds since 1970.
"use strict";

const minuteLength = 60_000;
const minutesKept = 60;

class Trace {
  constructor() {
    this.least = new Float32Array(minutesKept).fill(NaN); // NaN: nothing is known of this minute
    this.most = new Float32Array(minutesKept);
    this.sum = new Float64Array(minutesKept); // count times milliseconds
    this.weight = new Float32Array(minutesKept); // milliseconds
    this.minute = 0; // the newest, since 1970; a minute lies at its remainder by minutesKept
    this.at = 0; // up to when all is written down
    this.count = undefined; // what holds since then; undefined while that is not known
  }

  /** The count is this from now on; undefined: nobody knows. */
  set(count, now) {
    this.advance(now);
    this.count = count;
    this.touch(now);
  }

  /** What holds now belongs to this minute, however little of it is over. */
  touch(now) {
    const { count } = this;
    if (count === undefined) return;
    this.open(Math.floor(now / minuteLength));
    this.add(this.minute, { min: count, max: count, mean: count }, 0);
  }

  /** Nothing has changed up to now. A clock that was set back adds nothing. */
  advance(now) {
    const newest = Math.floor(now / minuteLength);
    let from = Math.max(this.at, (newest - minutesKept + 1) * minuteLength);
    this.at = Math.max(this.at, now);
    if (this.count === undefined) return;
    const held = { min: this.count, max: this.count, mean: this.count };
    while (from < now) {
      const minute = Math.floor(from / minuteLength);
      const end = Math.min(now, (minute + 1) * minuteLength);
      this.open(minute);
      this.add(minute, held, end - from);
      from = end;
    }
  }

  /** Takes in what the bridge remembers, where nothing was seen here: `step` in seconds, by its clock. */
  fill(points, step, now, ahead = 0) {
    this.open(Math.floor(now / minuteLength));
    for (const point of points) {
      const from = Math.floor((Date.parse(point.at) - ahead) / minuteLength);
      const length = Math.max(1, Math.round(step / 60));
      for (let minute = from; minute < from + length; minute++) {
        if (!this.has(minute) || !Number.isNaN(this.least[minute % minutesKept])) continue;
        this.add(minute, point, minuteLength);
      }
    }
  }

  has(minute) {
    return minute > this.minute - minutesKept && minute <= this.minute;
  }

  open(minute) {
    if (minute <= this.minute) return;
    for (let each = Math.max(this.minute + 1, minute - minutesKept + 1); each <= minute; each++) {
      const index = each % minutesKept;
      this.least[index] = NaN;
      this.most[index] = this.sum[index] = this.weight[index] = 0;
    }
    this.minute = minute;
  }

  add(minute, { min, max, mean }, milliseconds) {
    if (!this.has(minute)) return;
    const index = minute % minutesKept;
    const isFirst = Number.isNaN(this.least[index]);
    this.least[index] = isFirst ? min : Math.min(min, this.least[index]);
    this.most[index] = isFirst ? max : Math.max(max, this.most[index]);
    this.sum[index] += mean * milliseconds;
    this.weight[index] += milliseconds;
  }

  /** The last hour, oldest first: {least, most, mean}, null where nothing is known. */
  points(now) {
    this.advance(now);
    this.touch(now);
    const newest = Math.floor(now / minuteLength);
    const points = [];
    for (let minute = newest - minutesKept + 1; minute <= newest; minute++) {
      points.push(this.point(minute));
    }
    return points;
  }

  point(minute) {
    const index = minute % minutesKept;
    if (!this.has(minute) || Number.isNaN(this.least[index])) return null;
    const [least, most, weight] = [this.least[index], this.most[index], this.weight[index]];
    return { least, most, mean: weight > 0 ? this.sum[index] / weight : most };
  }
}
