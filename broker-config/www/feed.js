// The connection to the broker, made again when it is lost, and what is subscribed on it. It hands
// what it hears to the model, by topic, and says nothing to the page.
"use strict";

const retryShortest = 1000; // milliseconds
const retryLongest = 15_000;
const refusedLogin = [0x04, 0x05, 0x86, 0x87]; // bad user name or password, not authorized

class Feed {
  /**
   * `model`: {tree, health, lately, panel, questions}, and changed(), called when any of them has.
   * `refused(reason)`: the login is no good.
   */
  constructor(url, root, clientID, model, refused) {
    Object.assign(this, { url, root, clientID, model, refused });
    this.retry = retryShortest;
    this.connection = null;
    for (const name of ["online", "pageshow"]) addEventListener(name, () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  connect(login) {
    this.login = login;
    this.stop();
    this.model.health.connecting();
    const connection = new MQTTConnection(this.url, { clientID: this.clientID, ...login }, {
      opened: () => this.opened(connection),
      message: (message) => this.hear(message),
      answered: () => this.model.health.answered(Date.now()),
      ended: (how) => this.ended(connection, how),
    });
    this.connection = connection;
  }

  stop() {
    clearTimeout(this.timer);
    const connection = this.connection;
    this.connection = null;
    connection?.close();
  }

  /** Stats before counts: their time is how old the counts are. The ping comes back behind all. */
  opened(connection) {
    const { tree, health, questions, panel } = this.model;
    this.retry = retryShortest;
    health.opened();
    tree.beginAgain();
    for (const part of ["bridge/stats", "bridge/status", "events/#", "count/#"]) {
      connection.subscribe(`${this.root}/${part}`);
    }
    questions.reset(connection);
    if (panel.room !== undefined) this.watch(panel.room, true);
    connection.ping(() => {
      tree.sweep(Date.now());
      health.replayed(Date.now());
      this.model.changed();
    });
  }

  ended(connection, { code, reason }) {
    if (connection !== this.connection) return;
    this.connection = null;
    this.model.questions.reset(null);
    this.model.health.lost(reason);
    if (refusedLogin.includes(code)) return this.refused(reason);
    this.model.changed();
    this.timer = setTimeout(() => this.connect(this.login), this.retry * (0.5 + Math.random() / 2));
    this.retry = Math.min(this.retry * 2, retryLongest);
  }

  /** Somebody looks again, or the network is back: now is better than in a while. */
  hurry() {
    if (this.login && !this.connection && this.model.health.link === "lost") this.connect(this.login);
  }

  /** Begins or ends to read a room's snapshot. */
  watch(room, isWatched) {
    const topic = `${this.root}/occupancy/${room}`;
    if (isWatched) this.connection?.subscribe(topic);
    else this.connection?.unsubscribe(topic);
  }

  /** The bridge's own moments prove that it is there, but only what comes live. */
  hear(message) {
    const now = Date.now();
    const { topic, retain } = message;
    this.model.changed();
    if (this.model.questions.hear(message) || !topic.startsWith(`${this.root}/`)) return;
    const [part, ...levels] = topic.slice(this.root.length + 1).split("/");
    const name = levels.join("/");
    const hear = { count: this.hearCount, events: this.hearEvent, occupancy: this.hearSnapshot }[part];
    if (part === "bridge") return this.hearBridge(name, message, now);
    hear?.call(this, name, message, now);
    if (!retain) this.model.health.heardBridge(now);
  }

  hearBridge(name, { payload, retain }, now) {
    const { health } = this.model;
    const text = utf8.decoder.decode(payload);
    if (name === "stats") {
      const stats = (this.model.stats = objectIn(text));
      health.stats(Date.parse(stats?.at), stats?.stats_interval_s * 1000, !retain, now);
    }
    if (name === "status") health.status(text, !retain, now);
  }

  hearCount(room, { payload, retain }, now) {
    const text = utf8.decoder.decode(payload);
    if (text === "") this.model.tree.remove(room, now);
    else if (/^\d+$/.test(text)) this.model.tree.set(room, Number(text), now, !retain);
  }

  hearEvent(room, { payload }, now) {
    // The bytes lie in a larger frame: a copy lets that go.
    this.model.lately.hear(payload.slice(), now);
  }

  hearSnapshot(room, { payload }) {
    const { panel } = this.model;
    if (room === panel.room) panel.hear(utf8.decoder.decode(payload));
  }
}
