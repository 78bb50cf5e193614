// What a room's retained snapshot says, taken apart with distrust: it is somebody else's JSON.
"use strict";

/** {count, users, anonymous, asleep, members, isCut, at}, or null when the text is no snapshot. */
function readSnapshot(text) {
  const object = objectIn(text);
  if (!object || !Number.isFinite(object.count)) return null;
  const number = (value) => (Number.isFinite(value) ? value : 0);
  return {
    count: object.count,
    users: number(object.users_count),
    anonymous: number(object.anonymous),
    asleep: number(object.asleep),
    members: listIn(object.members).map(readMember),
    isCut: object.truncated === true,
    at: Date.parse(object.at),
  };
}

/** {client, user, since, isAsleep, facts}: facts are the pairs of its data, as text. */
function readMember(member) {
  const { client, user, since, asleep, data } = member;
  return {
    client: String(client),
    user: typeof user === "string" ? user : undefined,
    since: Date.parse(since),
    isAsleep: asleep === true,
    facts: readFacts(data),
  };
}

function readFacts(data) {
  if (data === null || typeof data !== "object") return [];
  return Object.entries(data).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
}

/** `present · 1 user · 3 without a user · 2 asleep`, to be read behind the count. */
function snapshotInWords({ users, anonymous, asleep }) {
  const parts = [counted(users, "user"), `${anonymous.toLocaleString()} without a user`];
  if (asleep > 0) parts.push(`${asleep.toLocaleString()} asleep`);
  return `present · ${parts.join(" · ")}`;
}
