// A small client of MQTT 5 over WebSocket, for a page that reads: it subscribes at QoS 0 and
// publishes nothing but requests (QoS 1, so that the broker's word on them is heard). Section
// numbers are those of the OASIS standard, version 5.0. One object is one connection: who wants
// another makes another.
"use strict";

const keepAliveSeconds = 150;
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

/** Bytes put together in the order of the calls. */
class MQTTWriter {
  constructor() {
    this.bytes = [];
  }

  byte(value) {
    this.bytes.push(value & 0xff);
    return this;
  }

  short(value) {
    return this.byte(value >> 8).byte(value);
  }

  /** 1.5.5: seven bits a byte, the lowest first. */
  variable(value) {
    for (; value > 127; value = Math.floor(value / 128)) this.byte((value % 128) | 128);
    return this.byte(value);
  }

  raw(bytes) {
    for (const each of bytes) this.bytes.push(each);
    return this;
  }

  /** 1.5.4 and 1.5.6: two bytes of length before it. */
  binary(bytes) {
    if (bytes.length > 65535) throw new RangeError("longer than 65,535 bytes");
    return this.short(bytes.length).raw(bytes);
  }

  string(text) {
    return this.binary(utf8.encoder.encode(text));
  }

  /** What was written, as a packet of this type and these flags (2.1). */
  packet(type, flags = 0) {
    const head = new MQTTWriter().byte((type << 4) | flags).variable(this.bytes.length);
    return new Uint8Array(head.bytes.concat(this.bytes));
  }
}

/** Reads the body of one packet; a read beyond its end throws a RangeError. */
class MQTTReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.offset = 0;
  }

  take(count) {
    const end = this.offset + count;
    if (end > this.bytes.length) throw new RangeError("a packet ends early");
    const part = this.bytes.subarray(this.offset, end);
    this.offset = end;
    return part;
  }

  byte() {
    return this.take(1)[0];
  }

  short() {
    return this.byte() * 256 + this.byte();
  }

  variable() {
    let value = 0;
    for (let factor = 1; factor <= 128 ** 3; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new RangeError("a length of more than four bytes");
  }

  binary() {
    return this.take(this.short());
  }

  string() {
    return utf8.decoder.decode(this.binary());
  }

  rest() {
    return this.bytes.subarray(this.offset);
  }

  /** 2.2.2: those that are of use here by name; the others are passed over by their size. */
  properties() {
    const found = {};
    const inner = new MQTTReader(this.take(this.variable()));
    while (inner.offset < inner.bytes.length) inner.property(found);
    return found;
  }

  property(found) {
    const id = this.byte();
    const name = { 8: "responseTopic", 9: "correlation", 31: "reason" }[id];
    const value = this.value(id);
    if (name) found[name] = value;
  }

  value(id) {
    if ([1, 23, 25, 36, 37, 40, 41, 42].includes(id)) return this.byte();
    if ([19, 33, 34, 35].includes(id)) return this.short();
    if ([2, 17, 24, 39].includes(id)) return this.take(4);
    if (id === 11) return this.variable();
    if (id === 38) return [this.string(), this.string()];
    if ([3, 8, 18, 21, 26, 28, 31].includes(id)) return this.string();
    if ([9, 22].includes(id)) return this.binary();
    throw new RangeError(`a property ${id}, which is none`);
  }
}

/** Cuts a stream into packets: a WebSocket frame may hold a part of one, or many (6.0). */
class MQTTSplitter {
  constructor() {
    this.kept = new Uint8Array(0);
  }

  /** The whole packets, as {type, flags, body}, that these bytes complete. */
  split(bytes) {
    let all = bytes;
    if (this.kept.length) {
      all = new Uint8Array(this.kept.length + bytes.length);
      all.set(this.kept);
      all.set(bytes, this.kept.length);
    }
    const packets = [];
    let offset = 0;
    for (let next; (next = this.packet(all, offset)); offset = next.end) packets.push(next);
    this.kept = all.slice(offset);
    return packets;
  }

  packet(all, start) {
    let length = 0;
    for (let index = 1; index <= 4; index++) {
      const byte = all[start + index];
      if (byte === undefined) return null;
      length += (byte & 127) * 128 ** (index - 1);
      if (byte > 127) continue;
      const begin = start + index + 1;
      const end = begin + length;
      if (end > all.length) return null;
      return { type: all[start] >> 4, flags: all[start] & 15, body: all.subarray(begin, end), end };
    }
    throw new RangeError("a length of more than four bytes");
  }
}

/**
 * One connection. `handlers`: opened(), message({topic, payload, retain, correlation,
 * responseTopic}), answered() for each ping, ended({code, reason}), once; the code is MQTT's where the broker gave one.
 * A broker that is silent for `patience` (milliseconds), and was pinged meanwhile, is gone. The
 * keep-alive (seconds) that it is told is longer, because a tab in the background is woken seldom.
 */
class MQTTConnection {
  constructor(url, { clientID, username, password, patience = 10_000 }, handlers) {
    Object.assign(this, { clientID, username, password, patience, handlers });
    this.identifier = 0;
    this.waiting = new Map();
    this.pings = [];
    this.splitter = new MQTTSplitter();
    this.hasEnded = false;
    this.isOpen = false;
    this.heardAt = Date.now();
    this.watch = setInterval(() => this.keepWatch(), patience / 2);
    this.socket = new WebSocket(url, "mqtt");
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.send(this.connectPacket());
    this.socket.onmessage = (event) => this.receive(new Uint8Array(event.data));
    this.socket.onclose = () => this.end({ reason: "the connection was closed" });
  }

  /** 3.1: a clean start, and a session that ends with the connection. */
  connectPacket() {
    const named = this.username !== undefined && this.username !== "";
    const flags = 0x02 | (named ? 0xc0 : 0);
    const writer = new MQTTWriter().string("MQTT").byte(5).byte(flags).short(keepAliveSeconds);
    writer.variable(0).string(this.clientID);
    if (named) writer.string(this.username).string(this.password);
    return writer.packet(1);
  }

  /** Asks for messages at QoS 0, those that are retained first (3.8). */
  subscribe(filter) {
    this.send(new MQTTWriter().short(this.next()).variable(0).string(filter).byte(0).packet(8, 2));
  }

  unsubscribe(filter) {
    this.send(new MQTTWriter().short(this.next()).variable(0).string(filter).packet(10, 2));
  }

  /** Calls back once all that the broker sent before it saw this has been handed on. */
  ping(answered = () => {}) {
    this.pings.push(answered);
    this.send(new MQTTWriter().packet(12));
  }

  /** Publishes at QoS 1 and promises the reason code of the PUBACK (3.4.2.1); rejects at the end. */
  publish(topic, text, { responseTopic, correlation, retain = false } = {}) {
    const properties = new MQTTWriter();
    if (responseTopic) properties.byte(8).string(responseTopic);
    if (correlation) properties.byte(9).binary(correlation);
    const id = this.next();
    const writer = new MQTTWriter().string(topic).short(id);
    writer.variable(properties.bytes.length).raw(properties.bytes).raw(utf8.encoder.encode(text));
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.send(writer.packet(3, retain ? 3 : 2));
    });
  }

  close() {
    this.send(new MQTTWriter().packet(14));
    this.end({ reason: "closed by the page" });
  }

  next() {
    this.identifier = (this.identifier % 65535) + 1;
    return this.identifier;
  }

  send(packet) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(packet);
  }

  keepWatch() {
    const silence = Date.now() - this.heardAt;
    // Only a second look at a silence proves it: who sleeps hears nothing either.
    if (silence >= this.patience * 0.9 && this.isDoubted) return this.end({ reason: "no answer" });
    this.isDoubted = true;
    if (this.isOpen) this.ping();
  }

  receive(bytes) {
    this.heardAt = Date.now();
    this.isDoubted = false;
    try {
      for (const packet of this.splitter.split(bytes)) if (!this.hasEnded) this.handle(packet);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.end({ code: 0x81, reason: error.message });
    }
  }

  handle({ type, flags, body }) {
    const reader = new MQTTReader(body);
    if (type === 3) return this.handlers.message(this.readMessage(flags, reader));
    if (type === 2) return this.connected(reader);
    if (type === 4) return this.acknowledged(reader);
    if (type === 13) return this.answered();
    if (type === 14) this.end({ code: body.length ? reader.byte() : 0, reason: "disconnected" });
  }

  connected(reader) {
    reader.byte();
    const code = reader.byte();
    // An older broker refuses in its own words, which have no properties (3.2 of version 3.1.1).
    const { reason = "" } = reader.rest().length ? reader.properties() : {};
    if (code > 0) return this.end({ code, reason: reason || this.refusal(code) });
    this.isOpen = true;
    this.handlers.opened();
  }

  /** Codes of 3.2.2.2, and of version 3.1.1: a wrong password, and whoever may not connect. */
  refusal(code) {
    if (![4, 5, 134, 135].includes(code)) return "the connection was refused";
    return this.username ? "the user or the password is wrong" : "nobody may connect without a login";
  }

  answered() {
    this.pings.shift()?.();
    this.handlers.answered?.();
  }

  acknowledged(reader) {
    const id = reader.short();
    this.waiting.get(id)?.resolve(reader.rest().length ? reader.byte() : 0);
    this.waiting.delete(id);
  }

  readMessage(flags, reader) {
    const topic = reader.string();
    const qos = (flags >> 1) & 3;
    // Nothing is asked for above QoS 0; a broker that sends QoS 1 all the same has its answer.
    if (qos === 1) this.send(new MQTTWriter().short(reader.short()).packet(4));
    const properties = reader.properties();
    return { topic, retain: (flags & 1) === 1, ...properties, payload: reader.rest() };
  }

  end(how) {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.isOpen = false;
    clearInterval(this.watch);
    for (const { reject } of this.waiting.values()) reject(new Error(how.reason));
    this.socket.onclose = this.socket.onmessage = this.socket.onopen = null;
    this.socket.close();
    this.handlers.ended(how);
  }
}
