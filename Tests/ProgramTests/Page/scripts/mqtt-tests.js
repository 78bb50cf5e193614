"use strict";

/** What a browser's WebSocket does, as far as a connection sees it. */
class FakeSocket {
  static OPEN = 1;

  constructor(url, protocol) {
    Object.assign(this, { url, protocol, sent: [], readyState: 0 });
    FakeSocket.last = this;
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  send(bytes) {
    this.sent.push([...bytes]);
  }

  hear(...bytes) {
    this.onmessage({ data: new Uint8Array(bytes).buffer });
  }

  close() {
    this.readyState = 3;
    this.onclose?.();
  }
}

function connect(options = {}) {
  globalThis.WebSocket = FakeSocket;
  const told = [];
  const note = (word) => (what) => told.push([word, what]);
  const connection = new MQTTConnection("ws://h/", { clientID: "c", ...options }, {
    opened: note("opened"), message: note("message"), answered: note("answered"), ended: note("ended"),
  });
  return { connection, socket: FakeSocket.last, told, words: () => told.map(([word]) => word) };
}

function connected(options) {
  const all = connect(options);
  all.socket.open();
  all.socket.hear(0x20, 3, 0, 0, 0);
  all.socket.sent = [];
  return all;
}

const bytesOf = (text) => [...new TextEncoder().encode(text)];

for (const [value, bytes] of [
  [0, [0]], [127, [127]], [128, [128, 1]], [16383, [255, 127]], [16384, [128, 128, 1]],
  [2097151, [255, 255, 127]], [2097152, [128, 128, 128, 1]], [268435455, [255, 255, 255, 127]],
]) {
  test(`the length ${value} is written and read`, () => {
    expect(new MQTTWriter().variable(value).bytes, bytes);
    expect(new MQTTReader(new Uint8Array(bytes)).variable(), value);
  });
}

test("a length of five bytes is refused, in a packet and in the stream", () => {
  expectThrow(() => new MQTTReader(new Uint8Array([128, 128, 128, 128, 1])).variable());
  expectThrow(() => new MQTTSplitter().split(new Uint8Array([0x30, 128, 128, 128, 128, 1])));
});

test("a string of 65,535 bytes is written, one of 65,536 is not", () => {
  expect(new MQTTWriter().string("x".repeat(65535)).bytes.length, 65537);
  expectThrow(() => new MQTTWriter().string("x".repeat(65536)));
});

test("a read beyond the end throws", () => {
  expectThrow(() => new MQTTReader(new Uint8Array([0, 2, 65])).string());
});

test("every property of the standard is passed over by its size, those of use are kept", () => {
  const all = [
    1, 1, 2, 0, 0, 0, 1, 3, 0, 1, 65, 8, 0, 1, 66, 9, 0, 2, 7, 8, 11, 128, 1, 17, 0, 0, 0, 1,
    18, 0, 1, 67, 19, 0, 60, 21, 0, 1, 68, 22, 0, 1, 9, 23, 0, 24, 0, 0, 0, 1, 25, 0, 26, 0, 1, 69,
    28, 0, 1, 70, 31, 0, 1, 71, 33, 0, 1, 34, 0, 1, 35, 0, 1, 36, 1, 37, 1, 38, 0, 1, 72, 0, 1, 73,
    39, 0, 0, 1, 0, 40, 1, 41, 1, 42, 1,
  ];
  const found = new MQTTReader(new Uint8Array([all.length, ...all])).properties();
  expect([found.responseTopic, [...found.correlation], found.reason], ["B", [7, 8], "G"]);
  expectThrow(() => new MQTTReader(new Uint8Array([2, 99, 0])).properties());
});

test("packets come out whole however the stream is cut", () => {
  const stream = [0xd0, 0, 0x30, 130, 1, ...Array(130).fill(5), 0x20, 3, 0, 0, 0, 0xd0, 0];
  for (let cut = 1; cut <= stream.length; cut++) {
    const splitter = new MQTTSplitter();
    const found = [];
    for (let at = 0; at < stream.length; at += cut) {
      const part = new Uint8Array(stream.slice(at, at + cut));
      found.push(...splitter.split(part).map(({ type, body }) => [type, body.length]));
    }
    expect(found, [[13, 0], [3, 130], [2, 3], [13, 0]]);
  }
});

test("it connects with a clean start, as nobody or with a login", () => {
  const nobody = connect();
  expect(nobody.socket.protocol, "mqtt");
  nobody.socket.open();
  expect(nobody.socket.sent, [[0x10, 14, 0, 4, ...bytesOf("MQTT"), 5, 2, 0, 150, 0, 0, 1, 99]]);
  const ann = connect({ username: "ann", password: "ü" });
  ann.socket.open();
  const login = [0, 3, ...bytesOf("ann"), 0, 2, ...bytesOf("ü")];
  expect(ann.socket.sent[0].slice(9, 10), [0xc2]);
  expect(ann.socket.sent[0].slice(-login.length), login);
});

test("a refusal ends it, once, with the broker's code, of either version", () => {
  for (const [packet, code] of [[[0x20, 3, 0, 135, 0], 135], [[0x20, 2, 0, 5], 5]]) {
    const { socket, told } = connect();
    socket.open();
    socket.hear(...packet);
    expect(told.map(([word, how]) => [word, how?.code]), [["ended", code]]);
  }
});

test("a login that is refused is told from a connection that is", () => {
  const reason = (code, login) => {
    const { socket, told } = connect(login);
    socket.open();
    socket.hear(0x20, 3, 0, code, 0);
    return told.at(-1)[1].reason;
  };
  for (const code of [4, 5, 134, 135]) {
    expect(reason(code, { username: "ann", password: "x" }), "the user or the password is wrong");
    expect(reason(code, {}), "nobody may connect without a login");
  }
  expect(reason(136, { username: "ann", password: "x" }), "the connection was refused");
});

test("subscribe, unsubscribe and ping are written as the standard says", () => {
  const { connection, socket } = connected();
  connection.subscribe("a/#");
  connection.unsubscribe("a/#");
  connection.ping();
  expect(socket.sent, [
    [0x82, 9, 0, 1, 0, 0, 3, ...bytesOf("a/#"), 0], [0xa2, 8, 0, 2, 0, 0, 3, ...bytesOf("a/#")],
    [0xc0, 0],
  ]);
});

test("a message is handed on with its retain flag, payload and correlation", () => {
  const { socket, told } = connected();
  const body = [0, 1, 116, 5, 9, 0, 2, 1, 2, ...bytesOf("é")];
  socket.hear(0x31, body.length, ...body);
  const message = told.at(-1)[1];
  expect([message.topic, message.retain, [...message.correlation]], ["t", true, [1, 2]]);
  expect(new TextDecoder().decode(message.payload), "é");
});

test("a message at QoS 1 is acknowledged, though none was asked for", () => {
  const { socket, words } = connected();
  socket.hear(0x32, 6, 0, 1, 116, 1, 2, 0);
  expect([words().at(-1), socket.sent], ["message", [[0x40, 2, 1, 2]]]);
});

test("a question carries response topic and correlation, and its PUBACK's code comes back", async () => {
  const { connection, socket } = connected();
  const code = connection.publish("q", "?", {
    responseTopic: "r", correlation: new Uint8Array([7]),
  });
  expect(socket.sent, [[0x32, 15, 0, 1, 113, 0, 1, 8, 8, 0, 1, 114, 9, 0, 1, 7, 63]]);
  socket.hear(0x40, 3, 0, 1, 16);
  expect(await code, 16);
  const plain = connection.publish("q", "?");
  socket.hear(0x40, 2, 0, 2);
  expect(await plain, 0);
});

test("what waits for a PUBACK is told of the end", async () => {
  const { connection, socket } = connected();
  const code = connection.publish("q", "?").catch((error) => error.message);
  socket.close();
  expect(await code, "the connection was closed");
});

test("a packet that makes no sense ends it", () => {
  const { socket, told } = connected();
  socket.hear(0x30, 2, 0, 9);
  expect(told.at(-1)[1].code, 0x81);
});

test("packet identifiers go from 1 to 65,535 and begin again", () => {
  const { connection } = connected();
  connection.identifier = 65534;
  expect([connection.next(), connection.next()], [65535, 1]);
});

test("a broker that answers no ping is gone after the patience, one that answers is not", async () => {
  const silent = connected({ patience: 60 });
  const faithful = connected({ patience: 60 });
  faithful.socket.send = (bytes) => bytes[0] === 0xc0 && faithful.socket.hear(0xd0, 0);
  for (let waited = 0; waited < 5000 && silent.words().at(-1) !== "ended"; waited += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(silent.told.at(-1), ["ended", { reason: "no answer" }]);
  expect([faithful.connection.hasEnded, faithful.words().includes("answered")], [false, true]);
  faithful.connection.close();
});

test("a close says goodbye and is heard of once", () => {
  const { connection, socket, words } = connected();
  connection.close();
  connection.close();
  expect([socket.sent[0], words()], [[0xe0, 0], ["opened", "ended"]]);
});
