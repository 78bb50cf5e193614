// Tests of the page's scripts, each a sentence and what has to hold. Run in a browser by ScriptTests.
"use strict";

const tests = new Map();
const test = (sentence, body) => tests.set(sentence, body);

function expect(found, wanted) {
  const [a, b] = [found, wanted].map((value) => JSON.stringify(value, (_, each) =>
    typeof each === "number" && !Number.isFinite(each) ? String(each) : each));
  if (a !== b) throw new Error(`found ${a}, not ${b}`);
}

function expectThrow(body) {
  try {
    body();
  } catch (error) {
    if (error instanceof RangeError) return;
    throw error;
  }
  throw new Error("nothing was thrown");
}
