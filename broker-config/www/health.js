// Whether what is shown is so at this moment, and if not, why and since when. It hears of the
// connection, of the bridge's status and of its words, and draws one conclusion from them; it
// touches neither network nor page. Times are milliseconds since 1970.
"use strict";

const settleLimit = 12_000; // a bridge that is back and has nothing to say has settled by then
const silenceAllowance = 5_000;

class Health {
  constructor() {
    this.link = "out"; // nobody is logged in; or connecting, replaying, open, lost
    this.bridge = undefined; // what its status says: online, offline; undefined: nothing yet
    this.settlingSince = undefined;
    this.trueAt = undefined; // when the bridge last said a word while what is shown was right
    this.reason = "";
    this.statsAt = undefined; // when the last came live, and how long the one before lay back
    this.statsInterval = undefined;
    this.answeredAt = undefined;
  }

  leave() {
    this.link = "out";
  }

  connecting() {
    if (this.link === "out") this.link = "connecting";
  }

  opened() {
    this.link = "replaying";
    this.statsAt = this.statsInterval = undefined;
    this.bridge = undefined;
    this.settlingSince = undefined;
  }

  /** All that the broker keeps was handed on. */
  replayed(now) {
    this.link = "open";
    if (this.bridge === "online" && this.settlingSince === undefined) this.trueAt = now;
  }

  lost(reason) {
    this.link = "lost";
    this.reason = reason;
  }

  /** The bridge's status. What was kept tells how it is; what comes live, that it has changed. */
  status(word, isLive, now) {
    this.settlingSince = isLive && word === "online" ? now : undefined;
    if (isLive) this.statsInterval = this.statsAt = undefined;
    this.bridge = word;
  }

  /** Anything else that the bridge says live: it says nothing before it has settled. */
  heardBridge(now) {
    this.settlingSince = undefined;
    if (this.bridge === "online") this.trueAt = now;
  }

  /** Stats, which come at an interval that is learned. `at` is the bridge's own time. */
  stats(at, isLive, now) {
    if (!isLive) {
      if (this.trueAt === undefined && at > 0) this.trueAt = Math.min(at, now);
      return;
    }
    if (this.statsAt !== undefined) this.statsInterval = now - this.statsAt;
    this.statsAt = now;
    this.heardBridge(now);
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
    return this.answeredAt - this.statsAt > 3 * this.statsInterval + silenceAllowance;
  }

  get isFresh() {
    const isSettled = this.settlingSince === undefined;
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
    return this.isSilent ? "The bridge is silent." : "";
  }
}
