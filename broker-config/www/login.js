// Who reads. The login comes from the address, as `#user:password` (the part behind # is never sent
// to a server, and is taken out of the address at once), from this tab's memory, or from the form.
// Without one the broker tells how many are where, and not who.
"use strict";

const loginKey = "rollcall-login";

class Login {
  /** `entered({username, password})` is called with what to connect as; nothing in it: as nobody. */
  constructor(form, entered) {
    Object.assign(this, { form, entered });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const isNobody = event.submitter?.value === "nobody";
      const { username, password } = form.elements;
      const login = { username: username.value, password: password.value };
      this.enter(isNobody ? {} : login);
    });
  }

  /** Begins with the login of the address or of this tab; else asks for one. */
  begin() {
    const login = Login.inAddress() ?? objectIn(sessionStorage.getItem(loginKey));
    if (login) this.enter(login);
    else this.ask("");
  }

  static inAddress() {
    const match = /^#([^:]*):(.*)$/s.exec(location.hash);
    if (!match) return null;
    history.replaceState(null, "", location.pathname + location.search);
    const [username, password] = match.slice(1).map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
    return username === "" ? {} : { username, password };
  }

  forget() {
    sessionStorage.removeItem(loginKey);
  }

  ask(complaint) {
    this.forget();
    write(this.form.querySelector(".complaint"), complaint);
    this.form.hidden = false;
    this.form.elements[complaint ? "password" : "username"].focus();
  }

  enter(login) {
    sessionStorage.setItem(loginKey, JSON.stringify(login));
    this.form.hidden = true;
    this.form.elements.password.value = "";
    this.entered(login);
  }
}
