"""Presence as a Python script does it: the last time that each client was heard, in a dictionary.

The script to compare Rollcall with, for `rollcall-bench heartbeats --against 'python3 …/presence.py'`. It needs
paho-mqtt 2 (`pip install paho-mqtt`), takes --port, --qos and --messages, publishes a retained message on `ready`
once it is subscribed, ends with the message on presence/bench/end, and prints what it counted. Nothing of a bridge
is done beyond the dictionary: no room, no expiry, nothing kept, nothing published.
"""

import argparse
import json
import time

import paho.mqtt.client as mqtt


class Presence:
    """When each client was last heard, and how many messages that took."""

    def __init__(self):
        self.last_seen = {}
        self.received = 0
        self.began = self.began_cpu = 0.0

    def hear(self, client, _, message):
        if self.received == 0:
            self.began, self.began_cpu = time.monotonic(), time.process_time()
        self.received += 1
        topic = message.topic
        if topic.startswith("presence/clients/"):
            self.last_seen[topic.split("/")[2]] = time.monotonic()
        elif topic == "presence/bench/end":
            client.disconnect()

    def report(self, qos):
        elapsed = time.monotonic() - self.began
        cpu = time.process_time() - self.began_cpu
        count = max(1, self.received)
        return {
            "name": "python", "clients": len(self.last_seen), "qos": qos,
            "messages": self.received, "ops_per_s": round(count / elapsed),
            "ns_per_op": round(elapsed / count * 1e9), "cpu_ns_per_op": round(cpu / count * 1e9),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--qos", type=int, default=0)
    parser.add_argument("--messages", type=int, help="how many will come; not needed here")
    options = parser.parse_args()

    presence = Presence()
    # MQTT 3.1.1, which is paho's default and costs it less than 5.
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_message = presence.hear
    client.on_connect = lambda c, *_: c.subscribe("presence/#", options.qos)
    client.on_subscribe = lambda c, *_: c.publish("ready", retain=True)
    client.connect("127.0.0.1", options.port)
    client.loop_forever()
    print(json.dumps(presence.report(options.qos), separators=(",", ":")))


if __name__ == "__main__":
    main()
