// Whether what is shown is so at this moment, and if not, why and since when. It hears of the
// connection, of the bridge's status and of its words, and draws one conclusion from them; it
// touches neither network nor page. Times are milliseconds since 1970.
"use strict";

const settleLimit = 12_000; // a bridge that is back and has nothing to say has settled by then
const silenceAllowance = 5_000;
const clockAllowance = 2_000; // clocks that differ by less agree

class Health {
  constructor() {
    this.link = "out"; // nobody is logged in; or connecting, replaying, open, lost
    this.bridge = undefined; // what its status says: online, offline; undefined: nothing yet
    this.settlingSince = undefined;
    this.trueAt = undefined; // when the bridge last said a word while what is shown was right
    this.reason = "";
    this.statsAt = undefined; // when the last came live
    this.statsInterval = undefined; // as they say it; undefined: they are not to be read
    this.isVouchedFor = false; // whether the bridge was heard, or its kept stats are recent
    this.openedAt = undefined;
    this.answeredAt = undefined;
    this.ahead = 0; // by how much the bridge's clock is ahead of this one
    this.knowsClock = false; // or as much as there is to be known of it
  }

  leave() {
    this.link = "out";
  }

  connecting() {
    if (this.link === "out") this.link = "connecting";
  }

  opened() {
    this.link = "replaying";
    this.statsAt = this.answeredAt = undefined;
    this.isVouchedFor = false;
    this.bridge = undefined;
    this.settlingSince = undefined;
  }

  /** All that the broker keeps was handed on. */
  replayed(now) {
    this.link = "open";
    this.openedAt = now;
    if (this.statsInterval === undefined) this.knowsClock = true;
    if (this.isFresh) this.trueAt = now;
  }

  lost(reason) {
    this.link = "lost";
    this.reason = reason;
  }

  /** The bridge's status. What was kept tells how it is; what comes live, that it has changed. */
  status(word, isLive, now) {
    this.settlingSince = isLive && word === "online" ? now : undefined;
    if (isLive) [this.statsAt, this.openedAt] = [undefined, now];
    this.bridge = word;
  }

  /** Anything else that the bridge says live: it says nothing before it has settled. */
  heardBridge(now) {
    this.settlingSince = undefined;
    this.isVouchedFor = true;
    if (this.bridge === "online") this.trueAt = now;
  }

  /**
   * Stats, which come at an interval. `at` is the bridge's own time. A broker that lost its power together with
   * the bridge still keeps an `online`: kept stats vouch for that only while the next are not overdue.
   */
  stats(at, interval, isLive, now) {
    if (interval > 0) this.statsInterval = interval;
    if (!isLive) return this.keptStats(at, now);
    this.statsAt = now;
    this.knowsClock = true;
    this.ahead = Math.abs(at - now) > clockAllowance ? at - now : 0;
    this.heardBridge(now);
  }

  /** One of a time yet to come tells that a clock is wrong, and nothing else. */
  keptStats(at, now) {
    const age = now - at;
    if (!(age >= -clockAllowance)) return;
    this.trueAt ??= Math.min(at, now);
    if (age < 1.5 * this.statsInterval + silenceAllowance) {
      this.isVouchedFor = this.knowsClock = true;
    }
  }

  /** A ping came back: so had anything that the bridge said before it. */
  answered(now) {
    this.answeredAt = now;
    if (this.settlingSince !== undefined && now - this.settlingSince > settleLimit) {
      this.settlingSince = undefined;
    }
  }

  get isSilent() {
    if (this.statsInterval === undefined || this.answeredAt === undefined) return false;
    const silence = this.answeredAt - (this.statsAt ?? this.openedAt);
    return silence > 3 * this.statsInterval + silenceAllowance;
  }

  /** Who may not read the stats has nothing but the status to go by. */
  get isUnheard() {
    return this.statsInterval !== undefined && !this.isVouchedFor;
  }

  get isFresh() {
    const isSettled = this.settlingSince === undefined && !this.isUnheard;
    return this.link === "open" && this.bridge === "online" && isSettled && !this.isSilent;
  }

  /** What is the matter, as a sentence; empty when nothing is. */
  get trouble() {
    if (this.link === "out") return "";
    if (this.link === "lost") return `The broker is unreachable: ${this.reason}. Trying again.`;
    if (this.link !== "open") return "Connecting to the broker …";
    if (this.bridge === undefined) return "No bridge has ever published here.";
    if (this.bridge !== "online") return "The bridge is offline.";
    if (this.settlingSince !== undefined) {
      return "The bridge is back and takes in what happened meanwhile.";
    }
    if (this.isSilent) return "The bridge is silent.";
    return this.isUnheard ? "Nothing has been heard of the bridge yet." : "";
  }
}
