// The line that says how things are: a banner with the age of what is shown whenever that is not how
// it is now, and a word in the header when it is. A screen reader hears the banner once, not its age
// each second.
"use strict";

class Banner {
  constructor(health, tree) {
    Object.assign(this, { health, tree });
    this.trouble = document.getElementById("trouble");
    this.age = document.getElementById("age");
    this.state = document.getElementById("state");
  }

  paint(now) {
    const { isFresh, trouble } = this.health;
    if (this.isFresh !== isFresh) document.body.dataset.fresh = isFresh;
    this.isFresh = isFresh;
    write(this.trouble, trouble);
    write(this.age, trouble === "" ? "" : this.ageInWords(now));
    write(this.state, isFresh ? "live" : "not live");
  }

  ageInWords(now) {
    const { trueAt } = this.health;
    if (this.tree.root.rooms === 0) return "";
    if (trueAt === undefined) return "How old the numbers are is not known.";
    return `What is shown was last confirmed ${lengthInWords(now - trueAt)} ago, at ${clock(trueAt)}.`;
  }
}
