// Keying paper forms by keyboard alone. The next form opens at once; what was keyed is sent in the background, one
// form after another, and sent again until the server acknowledges it. Without this script the page is a plain form.
(() => {
  "use strict";

  const form = document.querySelector("form[data-keying]");
  if (!form) return;
  const texts = form.dataset;
  const questions = [...form.querySelectorAll("fieldset.question")];
  const end = form.querySelector("[data-end]");
  const summary = form.querySelector("[data-summary]");
  const save = end.querySelector("button");
  const state = document.querySelector("[data-state]");
  const panel = document.querySelector("[data-panel]");
  const FIRST_WAIT = 1000;
  const LONGEST_WAIT = 15000;

  let current = 0; // index of the question; questions.length is the end of the form
  const queue = []; // forms not acknowledged yet, oldest first: FormData each
  let mending = 0; // refused forms that wait until the page is free for them
  let sending = false;
  let wait = FIRST_WAIT;

  // UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits. Made when a form opens, so that sending it
  // twice stores it once.
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let milliseconds = Date.now();
    for (let place = 5; place >= 0; place -= 1) {
      bytes[place] = milliseconds % 256;
      milliseconds = Math.floor(milliseconds / 256);
    }
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  const inputs = (question) => [...question.querySelectorAll("input:not([type=text])")];
  const written = (question) => question.querySelector("textarea, input[type=text]");
  const picked = (question) => inputs(question).filter((input) => input.checked);
  const isRequired = (question) => "required" in question.dataset;

  function say(text, isProblem = false) {
    state.textContent = text;
    state.classList.toggle("is-problem", isProblem);
  }

  function complain(question, message) {
    let note = question.querySelector("[data-note]");
    if (!message) {
      if (note) note.remove();
      question.classList.remove("is-wrong");
      return;
    }
    if (!note) {
      note = document.createElement("p");
      note.dataset.note = "";
      note.className = "field-error";
      note.setAttribute("role", "alert");
      question.querySelector("legend").after(note);
    }
    note.textContent = message;
    question.classList.add("is-wrong");
  }

  function open(index) {
    current = Math.max(0, Math.min(index, questions.length));
    questions.forEach((question, place) => question.classList.toggle("is-current", place === current));
    end.classList.toggle("is-current", current === questions.length);
    if (current === questions.length) {
      summary.textContent = questions.map(describe).join(" · ");
      save.focus({ preventScroll: true });
    } else {
      (written(questions[current]) || questions[current]).focus({ preventScroll: true });
    }
    // As little as needed, so that the count stays in sight, and at once: a keyer looks at the paper, not at easing.
    (questions[current] || end).scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  function describe(question, place) {
    const text = written(question);
    const said = text
      ? text.value.trim().slice(0, 40)
      : picked(question).filter((input) => input.value).map((input) => labelOf(input, "span")).join(", ");
    return `${place + 1}. ${said || texts.blank}`;
  }

  const labelOf = (input, part) => input.closest("label").querySelector(part).textContent.trim();

  function leaveBlank(question) {
    if (isRequired(question)) {
      complain(question, texts.required);
      return;
    }
    inputs(question).forEach((input) => {
      input.checked = input.type === "radio" && input.value === "";
    });
    open(current + 1);
  }

  function goOn(question) {
    if (isRequired(question) && picked(question).length === 0) {
      complain(question, texts.required);
      return;
    }
    complain(question, "");
    open(current + 1);
  }

  function choose(question, key) {
    const input = inputs(question).find((each) => labelOf(each, "kbd") === key);
    if (!input) return false;
    complain(question, "");
    if (input.type === "radio") {
      input.checked = true;
      open(current + 1);
    } else {
      input.checked = !input.checked;
    }
    return true;
  }

  function keyInText(event) {
    const oneLine = event.target instanceof HTMLInputElement;
    if (event.key === "Enter" && (oneLine || event.ctrlKey || event.metaKey)) open(current + 1);
    else if (event.key === "Escape") open(current - 1);
    else return false;
    return true;
  }

  function keyInChoices(event, question) {
    if (event.key === "Enter") goOn(question);
    else if (event.key === "0" || (event.key === " " && event.target === question)) leaveBlank(question);
    else if (event.key === "Escape" || event.key === "Backspace") open(current - 1);
    else return event.key.length === 1 && choose(question, event.key.toLowerCase());
    return true;
  }

  function keyAtEnd(event) {
    if (event.key === "Escape" || event.key === "Backspace") open(current - 1);
    else if (event.key === "Enter") keep();
    else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    // A composing input method (Telex, VNI) owns its keys until it is done.
    if (event.isComposing) return;
    const inText = event.target instanceof HTMLTextAreaElement || event.target.type === "text";
    if (!inText && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      const undo = panel.querySelector("a");
      if (undo) {
        event.preventDefault();
        undo.click();
      }
      return;
    }
    if (event.altKey || (!inText && (event.ctrlKey || event.metaKey))) return;
    // Links and buttons elsewhere on the page keep their own keys.
    if (event.target !== document.body && !form.contains(event.target)) return;
    const question = questions[current];
    const done = !question ? keyAtEnd(event) : inText ? keyInText(event) : keyInChoices(event, question);
    if (done) event.preventDefault();
  });

  // A mouse or Tab may go anywhere; the keys then work where the focus is.
  form.addEventListener("focusin", (event) => {
    const question = event.target.closest("fieldset.question");
    const index = question ? questions.indexOf(question) : questions.length;
    if (index === current) return;
    current = index;
    questions.forEach((each, place) => each.classList.toggle("is-current", place === index));
    end.classList.toggle("is-current", index === questions.length);
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep();
  });

  function keep() {
    const missing = questions.findIndex((question) => isRequired(question) && picked(question).length === 0);
    if (missing >= 0) {
      complain(questions[missing], texts.required);
      open(missing);
      return;
    }
    if ("alone" in texts) {
      sendAlone();
      return;
    }
    queue.push(new FormData(form));
    clear();
    send();
  }

  // A page of one form is left for the next one once the server has it; what cannot be sent stays on the page.
  async function sendAlone() {
    if (sending) return;
    sending = true;
    say(texts.sending);
    try {
      const body = new FormData(form);
      const response = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json" } });
      const answer = await response.json();
      if (response.ok) location.assign(answer.next);
      else say(answer.message || texts.unsent, true);
    } catch {
      say(texts.unsent, true);
    }
    sending = false;
  }

  function clear() {
    questions.forEach((question) => {
      inputs(question).forEach((input) => {
        input.checked = false;
      });
      if (written(question)) written(question).value = "";
      complain(question, "");
    });
    summary.textContent = "";
    form.elements.response_id.value = newId();
    open(0);
  }

  const isBlank = () =>
    questions.every((question) => picked(question).length === 0 && !(written(question) && written(question).value));

  // Puts a refused form back on the page to be mended; it keeps its id.
  function reopen(data) {
    form.elements.response_id.value = data.get("response_id");
    questions.forEach((question) => {
      inputs(question).forEach((input) => {
        input.checked = data.getAll(input.name).includes(input.value);
      });
      const text = written(question);
      if (text) text.value = data.get(text.name);
    });
    open(0);
  }

  function later(message) {
    say(`${message} (${queue.length} ${texts.pending})`, true);
    setTimeout(() => {
      sending = false;
      send();
    }, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  async function send() {
    if (sending || queue.length === 0) return;
    sending = true;
    say(texts.sending);
    const data = queue[0];
    let response;
    let answer;
    try {
      response = await fetch(location.href, { method: "POST", body: data, headers: { Accept: "application/json" } });
      answer = await response.json();
    } catch {
      later(texts.waiting);
      return;
    }
    if (response.ok) {
      queue.shift();
      sending = false;
      wait = FIRST_WAIT;
      panel.innerHTML = answer.panel;
      say(queue.length ? texts.sending : texts.sent);
      send();
    } else if (response.status === 401 || response.status === 400) {
      // Signed out, or signed in anew elsewhere: the token in hand belongs to the session before.
      const token = await freshToken();
      if (token) {
        queue.forEach((each) => each.set("csrf_token", token));
        form.elements.csrf_token.value = token;
      }
      later(token ? texts.waiting : texts.signedOut);
    } else if (response.status >= 500 || response.status === 429) {
      later(texts.waiting);
    } else {
      refused(data, answer.message);
    }
  }

  // The server will never take this form as it is. It comes back to be mended as soon as the page is free.
  function refused(data, message) {
    queue.shift();
    sending = false;
    if (isBlank()) {
      reopen(data);
      say(`${texts.refused} ${message} ${texts.reopened}`, true);
      send();
      return;
    }
    say(`${texts.refused} ${message}`, true);
    mending += 1;
    const free = setInterval(() => {
      if (!isBlank()) return;
      clearInterval(free);
      mending -= 1;
      reopen(data);
      say(`${texts.refused} ${message} ${texts.reopened}`, true);
    }, 200);
    send();
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

  addEventListener("beforeunload", (event) => {
    if (queue.length || mending) event.preventDefault();
  });

  document.documentElement.dataset.keying = "";
  open(Math.max(0, questions.findIndex((question) => question.classList.contains("is-wrong"))));
})();
