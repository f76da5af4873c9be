// Forms on their way to the server: sent one after another in the background, and again until it acknowledges them.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;

export class Queue {
  #forms = []; // oldest first: {url, data}
  #sending = false;
  #wait = FIRST_WAIT;

  // form: where the token of the session and the texts stand; say(text, isProblem); stored(data, answer): the server
  // has a form; refused(data, message, field): it will never take it as it is.
  constructor({ form, say, stored, refused }) {
    this.form = form;
    this.texts = form.dataset;
    this.say = say;
    this.stored = stored;
    this.refused = refused;
  }

  get length() {
    return this.#forms.length;
  }

  // What each form says under a name.
  all(name) {
    return this.#forms.map(({ data }) => data.get(name));
  }

  push(url, data) {
    this.#forms.push({ url, data });
  }

  async send() {
    if (this.#sending || this.length === 0) return;
    this.#sending = true;
    this.say(this.texts.sending);
    const { url, data } = this.#forms[0];
    data.set("csrf_token", this.form.elements.csrf_token.value);
    let response;
    let answer;
    try {
      response = await fetch(url, { method: "POST", body: data, headers: { Accept: "application/json" } });
      answer = await response.json();
    } catch {
      this.#later(this.texts.waiting);
      return;
    }
    if (response.ok) {
      this.#done();
      this.#wait = FIRST_WAIT;
      this.stored(data, answer);
      this.say(this.length ? this.texts.sending : this.texts.sent);
      this.send();
    } else if (response.status === 401 || response.status === 400) {
      // Signed out, or signed in anew elsewhere: the token in hand belongs to the session before.
      const token = await freshToken();
      if (token) this.form.elements.csrf_token.value = token;
      this.#later(token ? this.texts.waiting : this.texts.signedOut);
    } else if (response.status >= 500 || response.status === 429) {
      this.#later(this.texts.waiting);
    } else {
      this.#done();
      this.refused(data, answer.message, answer.field);
      this.send();
    }
  }

  #done() {
    this.#forms.shift();
    this.#sending = false;
  }

  #later(message) {
    this.say(`${message} (${this.length} ${this.texts.pending})`, true);
    setTimeout(() => {
      this.#sending = false;
      this.send();
    }, this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }
}

async function freshToken() {
  try {
    const page = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (page.redirected || !page.ok) return null;
    const read = new DOMParser().parseFromString(await page.text(), "text/html");
    const field = read.querySelector("form[data-keying] [name=csrf_token]");
    return field && field.value;
  } catch {
    return null;
  }
}
