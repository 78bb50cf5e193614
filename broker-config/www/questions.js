// Questions to the bridge (MQTT 5: response topic and correlation data). A bridge that answers none,
// or a login that may not ask, is found out by the first question. Then no more are asked until the
// bridge comes back, and with that login never again: Mosquitto may close the connection over it.
// What is asked about the past goes one at a time, so as to be no burden.
"use strict";

const answerLimit = 5000; // milliseconds
const pauseAfterError = 5000;
const historiesKept = 100;
const historyInterval = 50;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

class Questions {
  constructor(root, clientID) {
    this.topic = `${root}/query`;
    this.answerTopic = `${root}/answers/${clientID}`;
    this.number = 0;
    this.open = new Map();
    this.histories = [];
    this.asked = new Set();
    this.refused = null;
    this.reset(null);
  }

  /** A new connection, or none: what was asked on the last one is lost. */
  reset(connection) {
    for (const question of this.open.values()) question.reject(new Error("the connection ended"));
    this.connection = connection;
    this.tryAgain();
    connection?.subscribe(this.answerTopic);
  }

  /** The bridge is there again: it may answer now. What the broker forbids, it cannot allow. */
  tryAgain() {
    this.isUnheard = this.isForbidden;
    this.histories = [];
    this.asked = new Set();
  }

  /** Whether the broker has refused a question of this login, on this connection or an earlier one. */
  get isForbidden() {
    const { connection, refused } = this;
    return connection !== null && refused !== null && refused.username === connection.username;
  }

  /** Promises the answer's object; rejects with why there is none. */
  ask(question) {
    if (this.isForbidden) return Promise.reject(new Error("this login may not ask"));
    if (!this.connection || this.isUnheard) return Promise.reject(new Error("nobody answers"));
    const number = String(++this.number);
    return new Promise((resolve, reject) => {
      this.open.set(number, { resolve, reject });
      setTimeout(() => reject(new Error("no answer")), answerLimit);
      this.send(number, JSON.stringify(question)).catch(reject);
    }).finally(() => this.open.delete(number));
  }

  async send(number, text) {
    const { connection } = this;
    const correlation = new TextEncoder().encode(number);
    const code = await connection.publish(this.topic, text, {
      responseTopic: this.answerTopic,
      correlation,
    });
    if (code === 0) return;
    // 16: nobody has subscribed to the topic; 128 and above: not allowed.
    this.isUnheard = true;
    if (code >= 128) this.refused = connection;
    throw new Error(code === 16 ? "this bridge answers no questions" : "this login may not ask");
  }

  /** Whether a message was an answer. */
  hear({ topic, correlation, payload }) {
    if (topic !== this.answerTopic) return false;
    const question = this.open.get(correlation ? utf8.decoder.decode(correlation) : "");
    const answer = objectIn(utf8.decoder.decode(payload));
    if (answer && !answer.error) question?.resolve(answer);
    else question?.reject(new Error(String(answer?.error ?? "an answer that is no object")));
    return true;
  }

  /** Asks once for a room's last hour and puts it into its trace; the newest wish comes first. */
  wantHistory(node) {
    if (this.isUnheard || !this.connection || this.asked.has(node.name)) return;
    this.asked.add(node.name);
    this.histories.push(node);
    // What somebody has scrolled past can wait until it is seen again.
    if (this.histories.length > historiesKept) this.asked.delete(this.histories.shift().name);
    if (!this.isAsking) this.askHistories();
  }

  async askHistories() {
    this.isAsking = true;
    for (let node; (node = this.histories.pop()); ) {
      const { asked } = this;
      try {
        await this.askHistory(node);
        await pause(historyInterval);
      } catch {
        if (this.isUnheard) break;
        await pause(pauseAfterError);
        asked.delete(node.name);
      }
    }
    this.isAsking = false;
  }

  async askHistory(node) {
    const question = { room: node.name, since: "1h", step: "1m" };
    const { history } = await this.ask({ history: question });
    const points = listIn(history?.points).filter((point) =>
      [point.min, point.max, point.mean].every(Number.isFinite));
    node.trace.fill(points, Number(history?.step) || 60, Date.now());
  }

  /** The members of a room behind the last one that is known. */
  async members(room, after, limit) {
    const last = after && { client: after.client, ...(after.user && { user: after.user }) };
    const question = { room, limit, ...(last && { after: last }) };
    const { members } = await this.ask({ members: question });
    return { members: listIn(members?.members), more: members?.more === true };
  }
}
