// Puts the page together. What comes from the broker changes the model at once; the screen is
// painted from the model once a frame, however much has come meanwhile.
"use strict";

const byID = (id) => document.getElementById(id);
const setting = (name) => document.querySelector(`meta[name="rollcall-${name}"]`).content;

class Page {
  constructor() {
    const root = setting("root");
    // The bridge's answers come on a topic of this id: nobody else should be able to guess it.
    const random = crypto.getRandomValues(new Uint8Array(12));
    const id = `page-${Array.from(random, (b) => b.toString(16).padStart(2, "0")).join("")}`;
    this.tree = new RoomTree();
    this.health = new Health();
    this.questions = new Questions(root, id, () => this.health.ahead);
    this.lines = new Lines(this.tree);
    this.view = new TreeView(byID("tree"), this.lines, (node) => this.open(node));
    this.panel = new RoomPanel(byID("room"), (...which) => this.questions.members(...which));
    this.lately = new Lately(byID("events"), byID("rate"), (room) => this.openNamed(room));
    this.banner = new Banner(this.health, this.tree);
    this.total = new Spark(240, 40);
    byID("hour").append(this.total.element);
    this.login = new Login(byID("login"), (login) => this.enter(login));
    // Beside the page, whatever path a proxy gives it.
    const url = new URL(".", location.href.replace(/^http/, "ws")).href.replace(/[?#].*/, "");
    this.feed = new Feed(url, root, id, this, (reason) => this.leave(`The broker says: ${reason}.`));
    this.listen();
  }

  listen() {
    this.view.changed = () => this.changed();
    byID("filter").addEventListener("input", (event) => this.filter(event.target.value));
    byID("sorting").addEventListener("change", (event) => {
      this.lines.sorting = event.target.value;
      this.changed();
    });
    byID("close").addEventListener("click", () => this.close());
    byID("leave").addEventListener("click", () => this.logOut());
    addEventListener("keydown", (event) => this.keydown(event));
    // The clock goes on where no frame is painted: what is known is written down in time.
    setInterval(() => this.tick(), 1000);
    this.changed();
  }

  enter(login) {
    byID("board").inert = false;
    write(byID("who-reads"), login.username ?? "nobody: counts only");
    this.questions.begin();
    this.feed.connect(login);
  }

  /** Begins anew, so that nothing that was read stays in the page. */
  logOut() {
    this.login.forget();
    location.reload();
  }

  leave(complaint) {
    this.feed.stop();
    this.feed.login = undefined;
    this.health.leave();
    byID("board").inert = true;
    this.login.ask(complaint);
  }

  filter(text) {
    this.lines.filter = this.lately.filter = text.trim().toLowerCase();
    this.lately.needsPaint = true;
    this.view.element.scrollTop = 0;
    this.changed();
  }

  keydown(event) {
    if (event.key === "Escape" && this.panel.room !== undefined) this.close();
    if (event.key !== "/" || event.target.matches("input")) return;
    event.preventDefault();
    byID("filter").focus();
  }

  open(node) {
    if (this.panel.room !== undefined) this.feed.watch(this.panel.room, false);
    this.panel.open(node);
    this.view.selected = this.view.active = node.name;
    this.feed.watch(node.name, true);
    this.wantHistory(node);
    this.changed();
  }

  openNamed(room) {
    const node = this.tree.nodes.get(room);
    if (!node) return;
    this.lines.reveal(node);
    this.open(node);
  }

  close() {
    if (this.panel.room !== undefined) this.feed.watch(this.panel.room, false);
    this.panel.close();
    this.view.selected = "";
    this.view.element.focus();
    this.changed();
  }

  tick() {
    this.judge(Date.now());
    this.changed();
  }

  /** A bridge that has just settled may answer what the one before it did not. */
  judge(now) {
    const { isFresh } = this.health;
    if (isFresh && !this.tree.isKnown) this.questions.tryAgain();
    this.tree.know(isFresh, now);
  }

  /** A frame is painted when something asks for it; while messages come, that is each one. */
  changed() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.paint(Date.now());
    });
  }

  paint(now) {
    const { isFresh } = this.health;
    this.judge(now);
    this.banner.paint(now);
    this.view.paint(now, isFresh);
    this.panel.paint(now, this.tree, this.health.ahead);
    this.lately.paint(now);
    this.paintTotals(now);
    for (const { node } of this.view.shown) this.wantHistory(node);
  }

  /** Before it is known what the bridge's clock says, its past has no place here. */
  wantHistory(node) {
    if (node.isRoom && this.health.knowsClock) this.questions.wantHistory(node);
  }

  paintTotals(now) {
    const { total, rooms, trace } = this.tree.root;
    write(byID("total"), total.toLocaleString());
    write(byID("rooms"), rooms.toLocaleString());
    const clients = this.stats?.clients;
    write(byID("clients"), Number.isFinite(clients) ? clients.toLocaleString() : "–");
    show(byID("empty"), this.lines.all.length === 0);
    write(byID("empty"), this.emptyWord());
    if (Math.floor(now / 1000) === this.totalDrawn) return;
    this.totalDrawn = Math.floor(now / 1000);
    this.total.draw(trace, now);
    const { isFresh } = this.health;
    document.title = `${isFresh ? `${total.toLocaleString()} present` : "not live"} · Rollcall`;
  }

  emptyWord() {
    if (this.lines.filter !== "") return "No room has this in its name.";
    return this.health.isFresh ? "No rooms yet: one appears when a client joins it." : "";
  }
}

const page = new Page();
page.login.begin();
