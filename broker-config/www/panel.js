// The chosen room: how its last hour was, and who is in it, since when, with their data. Its snapshot
// is asked for only while it is shown. More members than a snapshot holds are asked of the bridge.
"use strict";

const membersAPage = 100;
const refreshInterval = 2000; // milliseconds between two readings of what a snapshot does not hold
const membersShown = 2000; // more than that nobody reads, and a browser should not have to hold

class RoomPanel {
  /** `ask(room, after)` promises {members, more}. */
  constructor(section, ask) {
    Object.assign(this, { section, ask });
    this.part = (name) => section.querySelector(`.${name}`);
    this.spark = new Spark(480, 80);
    this.part("hour").prepend(this.spark.element);
    this.rows = [];
    this.part("more").addEventListener("click", () => this.askForMore());
    this.close();
  }

  open(node) {
    this.node = node;
    this.room = node.name;
    this.snapshot = undefined;
    this.openedAt = Date.now();
    this.forgetMore();
    this.section.hidden = false;
    write(this.part("title"), node.name);
    this.needsPaint = true;
  }

  close() {
    this.room = undefined;
    this.node = undefined;
    this.section.hidden = true;
  }

  /** The room's retained snapshot; empty when the room is no more. */
  hear(text) {
    this.snapshot = text === "" ? null : readSnapshot(text);
    this.needsPaint = true;
    if (!this.snapshot?.isCut) this.forgetMore();
    else if (this.extra.length) this.refreshSoon();
  }

  /** Those beyond the snapshot; a room that changes all the time is read again now and then. */
  forgetMore() {
    this.extra = [];
    this.hasMore = undefined;
    this.complaint = "";
    clearTimeout(this.refreshing);
    this.refreshing = undefined;
  }

  refreshSoon() {
    this.refreshing ??= setTimeout(() => this.read(this.extra.length, []), refreshInterval);
  }

  askForMore() {
    return this.read(this.extra.length + 1, this.extra);
  }

  /** Reads on behind `known` until there are so many. */
  async read(wanted, known) {
    const { room } = this;
    const extra = [...known];
    try {
      do {
        const last = extra.at(-1) ?? this.snapshot?.members.at(-1);
        const page = await this.ask(room, last, Math.max(membersAPage, wanted - extra.length));
        if (this.room !== room) return;
        extra.push(...page.members.map(readMember));
        this.hasMore = page.more && page.members.length > 0;
      } while (this.hasMore && extra.length < wanted);
      [this.extra, this.complaint] = [extra, ""];
    } catch (error) {
      if (this.room === room) this.complaint = `The others cannot be shown: ${error.message}.`;
    }
    this.refreshing = undefined;
    this.needsPaint = true;
  }

  /** Who has moved into the snapshot meanwhile is listed once. */
  get members() {
    if (!this.snapshot) return [];
    const key = ({ client, user }) => JSON.stringify([client, user]);
    const listed = new Set(this.snapshot.members.map(key));
    const others = this.extra.filter((each) => !listed.has(key(each)));
    return [...this.snapshot.members, ...others].slice(0, membersShown);
  }

  /** `ahead`: by how many milliseconds the clock that members' times are of is ahead of this one. */
  paint(now, tree, ahead = 0) {
    if (this.room === undefined) return;
    this.node = tree.nodes.get(this.room);
    const second = Math.floor(now / 1000);
    if (!this.needsPaint && second === this.paintedSecond) return;
    this.paintedSecond = second;
    this.needsPaint = false;
    this.paintHour(now);
    this.paintMembers(now, ahead);
  }

  paintHour(now) {
    const count = this.node?.own;
    write(this.part("count"), count === undefined ? "–" : count.toLocaleString());
    const points = this.node ? this.spark.draw(this.node.trace, now) : [];
    const known = points.filter(Boolean);
    show(this.part("hour"), known.length > 0);
    if (!known.length) return;
    const least = Math.min(...known.map((point) => point.least));
    const most = Math.max(...known.map((point) => point.most));
    const range = least === most ? [most] : [least, most];
    write(this.part("range"), range.map((each) => each.toLocaleString()).join(" to "));
    write(this.part("known"), `· ${RoomPanel.span(points, now)}`);
  }

  /** Says how much of the hour is known, when that is not all of it. */
  static span(points, now) {
    const first = points.findIndex(Boolean);
    const isWhole = points.slice(first).every(Boolean);
    if (first === 0 && isWhole) return "in the last hour";
    const minute = (Math.floor(now / 60_000) - points.length + 1 + first) * 60_000;
    const since = new Date(minute).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    return `known since ${since}${isWhole ? "" : ", with gaps"}`;
  }

  paintMembers(now, ahead) {
    write(this.part("who"), this.summary(now));
    const { members } = this;
    while (this.rows.length < members.length) this.addRow();
    this.rows.forEach((row, index) => row.paint(members[index], now + ahead));
    this.paintMore(members.length);
  }

  addRow() {
    const row = new MemberRow();
    this.rows.push(row);
    this.part("members").append(row.element);
  }

  summary(now) {
    if (this.snapshot) return snapshotInWords(this.snapshot);
    if (this.snapshot === null || !this.node?.isRoom) return "This room is no more.";
    return now - this.openedAt < 2000 ? "" : "Who is here is not for this login to read.";
  }

  paintMore(listed) {
    const left = Math.max(0, (this.snapshot?.count ?? 0) - listed);
    const isCut = left > 0 && (this.hasMore ?? this.snapshot.isCut);
    show(this.part("more"), isCut && this.complaint === "" && listed < membersShown);
    write(this.part("more"), `Show more of the other ${left.toLocaleString()}`);
    const word = listed >= membersShown && isCut ? `${counted(left, "member")} not listed.` : "";
    write(this.part("complaint"), this.complaint || word);
  }
}

/** One member; the same element serves another when the list moves. */
class MemberRow {
  constructor() {
    this.element = element("li", "member");
    this.client = element("bdi", "client");
    this.user = element("bdi", "user");
    this.asleep = element("span", "asleep", "asleep");
    this.since = element("time", "since");
    this.facts = element("span", "facts");
    this.element.append(this.client, this.user, this.asleep, this.since, this.facts);
  }

  paint(member, now) {
    show(this.element, member !== undefined);
    if (!member) return;
    write(this.client, member.client);
    write(this.user, member.user ?? "");
    show(this.asleep, member.isAsleep);
    const isTime = Number.isFinite(member.since);
    write(this.since, isTime ? `for ${lengthInWords(now - member.since)}` : "");
    if (this.sinceTime !== member.since) this.since.title = `since ${clock(member.since)}`;
    this.sinceTime = member.since;
    this.paintFacts(member.facts);
  }

  paintFacts(facts) {
    const key = JSON.stringify(facts);
    if (this.shownFacts === key) return;
    this.shownFacts = key;
    this.facts.replaceChildren(...facts.map(([name, value]) => {
      const fact = element("span", "fact");
      fact.append(element("bdi", "key", name), " ", element("bdi", "value", value));
      return fact;
    }));
  }
}
