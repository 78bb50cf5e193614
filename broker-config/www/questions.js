// Questions to the bridge (MQTT 5: response topic and correlation data). A bridge that answers none,
// or a login that may not ask, is found out by the first question; then no more are asked until
// the bridge comes back, or somebody else logs in: some brokers cut off who asks without the right
// to. What is asked about the past goes one at a time, so as to be no burden.
"use strict";

const answerLimit = 5000; // milliseconds
const pauseAfterError = 5000;
const historiesKept = 100;
const historyInterval = 50;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

class Questions {
  /** `ahead()`: by how many milliseconds the bridge's clock is ahead of this one. */
  constructor(root, clientID, ahead = () => 0) {
    this.ahead = ahead;
    this.topic = `${root}/query`;
    this.answerTopic = `${root}/answers/${clientID}`;
    this.number = 0;
    this.open = new Map();
    this.histories = [];
    this.asked = new Set();
    this.mayAsk = true;
    this.reset(null);
  }

  /** Somebody logs in. */
  begin() {
    this.mayAsk = true;
  }

  /** A new connection, or none: what was asked on the last one is lost. */
  reset(connection) {
    for (const question of this.open.values()) question.reject(new Error("the connection ended"));
    this.connection = connection;
    this.tryAgain();
    connection?.subscribe(this.answerTopic);
  }

  /** The bridge is there again: it may answer now. */
  tryAgain() {
    this.isUnheard = !this.mayAsk;
    this.histories = [];
    this.asked = new Set();
  }

  /** Promises the answer's object; rejects with why there is none. */
  ask(question) {
    if (!this.mayAsk) return Promise.reject(new Error("this login may not ask"));
    if (!this.connection || this.isUnheard) return Promise.reject(new Error("nobody answers"));
    const number = String(++this.number);
    return new Promise((resolve, reject) => {
      this.open.set(number, { resolve, reject });
      setTimeout(() => reject(new Error("no answer")), answerLimit);
      this.send(number, JSON.stringify(question)).catch(reject);
    }).finally(() => this.open.delete(number));
  }

  async send(number, text) {
    const correlation = new TextEncoder().encode(number);
    const code = await this.connection.publish(this.topic, text, {
      responseTopic: this.answerTopic,
      correlation,
    });
    if (code === 0) return;
    // 16: nobody has subscribed to the topic; 128 and above: not allowed.
    this.isUnheard = true;
    this.mayAsk = code < 128;
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
    node.trace.fill(points, Number(history?.step) || 60, Date.now(), this.ahead());
  }

  /** The members of a room behind the last one that is known. */
  async members(room, after, limit) {
    const last = after && { client: after.client, ...(after.user && { user: after.user }) };
    const question = { room, limit, ...(last && { after: last }) };
    const { members } = await this.ask({ members: question });
    return { members: listIn(members?.members), more: members?.more === true };
  }
}
