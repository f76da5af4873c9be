// Keying paper forms by keyboard alone. The next form opens at once, while what was keyed is sent in the background and
// kept in the vault of the account until the server has it. Without this script the page is a plain form.
import { offer } from "./leftovers.js";
import { Numbers, figures, grouped } from "./numbers.js";
import { Queue } from "./queue.js";
import { Unsent } from "./unsent.js";

const form = document.querySelector("form[data-keying]");
const texts = form.dataset;
const questions = [...form.querySelectorAll("fieldset.question")];
const end = form.querySelector("[data-end]");
const summary = form.querySelector("[data-summary]");
const save = end.querySelector("button");
const leftBlank = end.querySelector("[name=blank]");
const state = document.querySelector("[data-state]");
const panel = document.querySelector("[data-panel]");
const left = document.querySelector("[data-left]");
const numbers = texts.numbers
  ? new Numbers({ ...JSON.parse(texts.numbers), url: texts.numbersUrl, justKeyed: texts.justKeyed })
  : null;
const queue = new Queue({ form, say, stored, refused });
const unsent = new Unsent(texts.sitting);
const kept = (kind) => questions.find((question) => question.dataset.kind === kind);
const numberField = kept("number");
const dayField = kept("answered_on");

let current = 0; // index of the question; questions.length is the end of the form
let mending = 0; // refused forms that wait until the page is free for them
let sendingAlone = false;

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
const asked = questions.filter((question) => !["number", "answered_on", "dossier"].includes(question.dataset.kind));
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
    summary.textContent = isBlank() && texts.returned ? texts.returned : asked.map(describe).join(" · ");
    save.focus({ preventScroll: true });
  } else {
    const field = written(questions[current]);
    (field || questions[current]).focus({ preventScroll: true });
    // A number or a day that stands there already is accepted by Enter and replaced by typing.
    if (field instanceof HTMLInputElement) {
      field.defaultValue = field.value;
      field.select();
    }
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

// A required question may be blank on paper, and nobody can be asked again: the keyer says so twice.
function leaveBlank(question) {
  if (isRequired(question) && !("sure" in question.dataset)) {
    question.dataset.sure = "";
    complain(question, texts.again);
    return;
  }
  complain(question, "");
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

// Whether the number may be keyed; the field then holds it whole.
function checkNumber() {
  if (!numbers) return true;
  const field = written(numberField);
  const meant = numbers.meant(field.value);
  if (meant.length !== 1) {
    complain(numberField, meant.length ? texts.several : texts.none);
    if (meant.length === 0) explain(field.value);
    return false;
  }
  field.value = grouped(meant[0]);
  const refusal = numbers.refusal(meant[0]);
  complain(numberField, refusal || "");
  if (!refusal) return true;
  // Somebody may have taken it back since the page looked.
  refreshNumbers().then(() => {
    if (figures(field.value) === meant[0]) complain(numberField, numbers.refusal(meant[0]) || "");
  });
  return false;
}

// A figure typed wrong is looked up on the paper, a form of another batch is put aside: the server knows which it is.
async function explain(typed) {
  const said = await refreshNumbers(typed);
  if (said && written(numberField).value === typed) complain(numberField, said);
}

const refreshNumbers = (typed) => numbers.refresh(() => queue.all("number"), typed);

function leaveText(question) {
  if (question === numberField && !checkNumber()) return written(question).select();
  complain(question, "");
  if (question === dayField && !written(question).value.trim()) return complain(question, texts.day);
  return open(current + 1);
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
  if (event.key === "Enter" && (oneLine || event.ctrlKey || event.metaKey)) leaveText(questions[current]);
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

// Whether somebody writes there, to whom Ctrl+Z gives back what they wrote. After each form of a batch the focus stands
// in the number, as it was proposed.
const isTyping = (field) =>
  field instanceof HTMLTextAreaElement ||
  (field.type === "text" && field.value !== "" && field.value !== field.defaultValue);

document.addEventListener("keydown", (event) => {
  // A composing input method (Telex, VNI) owns its keys until it is done.
  if (event.isComposing) return;
  const inText = event.target instanceof HTMLTextAreaElement || event.target.type === "text";
  if (!isTyping(event.target) && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
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
  if (done) {
    event.preventDefault();
    remember();
  }
});

form.addEventListener("input", remember);

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
  if (!checkNumber()) {
    open(questions.indexOf(numberField));
    return;
  }
  // A form that is blank from top to bottom is no answer: the summary has said so, and Enter was pressed all the same.
  const missing = questions.findIndex((question) => isRequired(question) && picked(question).length === 0);
  if (missing >= 0 && !(numbers && isBlank())) {
    complain(questions[missing], texts.required);
    open(missing);
    return;
  }
  if (leftBlank && isBlank() && !leftBlank.checked) {
    summary.textContent = texts.returned;
    leftBlank.focus();
    return;
  }
  const data = new FormData(form);
  if ("alone" in texts) {
    sendAlone(data);
    return;
  }
  queue.push(location.href, data);
  unsent.keep(data);
  clear();
  queue.send();
}

// A page of one form is left for the next one once the server has it; what cannot be sent stays on the page.
async function sendAlone(body) {
  if (sendingAlone) return;
  sendingAlone = true;
  say(texts.sending);
  try {
    const response = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json" } });
    const answer = await response.json();
    if (response.ok) location.assign(answer.next);
    else say(answer.message || texts.unsent, true);
  } catch {
    say(texts.unsent, true);
  }
  sendingAlone = false;
}

// Makes the page ready for the next form: the next number that is out, and the day of the one before.
function clear() {
  questions.forEach((question) => {
    inputs(question).forEach((input) => {
      input.checked = false;
    });
    if (written(question) && question !== dayField && question !== numberField) written(question).value = "";
    complain(question, "");
    delete question.dataset.sure;
  });
  if (numbers) {
    const field = written(numberField);
    numbers.take(field.value);
    field.value = grouped(numbers.after(field.value));
  }
  summary.textContent = "";
  form.elements.response_id.value = newId();
  remember();
  open(0);
}

const isBlank = () =>
  questions
    .filter((question) => question !== numberField && question !== dayField)
    .every(
      (question) =>
        picked(question).every((input) => input.type === "radio" && input.value === "") &&
        !(written(question) && written(question).value.trim()),
    );

// Nothing was keyed yet, not even that something is blank; a number and a day may stand there.
const isUntouched = () => isBlank() && asked.every((question) => picked(question).length === 0);

// Puts a form that was not stored back on the page; it keeps its id.
function reopen(data) {
  form.elements.response_id.value = data.get("response_id");
  questions.forEach((question) => {
    inputs(question).forEach((input) => {
      input.checked = data.getAll(input.name).includes(input.value);
    });
    const text = written(question);
    if (text) text.value = data.get(text.name) || "";
  });
  if (numbers) numbers.free(data.get("number") || "");
  open(0);
  remember();
}

function remember() {
  unsent.remember(() => (isUntouched() ? null : new FormData(form)));
}

function stored(data, answer) {
  unsent.drop(data);
  panel.innerHTML = answer.panel;
  if (numbers && numbers.isStale) refreshNumbers();
}

// The server will never take this form as it is. It comes back to be mended as soon as the page is free.
function refused(data, message, field) {
  const mend = () => {
    unsent.drop(data);
    reopen(data);
    say(`${texts.refused} ${message} ${texts.reopened}`, true);
    const question = field && kept(field);
    if (!question) return;
    open(questions.indexOf(question));
    complain(question, message);
  };
  if (numbers && field === "number") refreshNumbers();
  if (isUntouched()) {
    mend();
    return;
  }
  say(`${texts.refused} ${message}`, true);
  mending += 1;
  const free = setInterval(() => {
    if (!isUntouched()) return;
    clearInterval(free);
    mending -= 1;
    mend();
  }, 200);
}

addEventListener("beforeunload", (event) => {
  if (queue.length || mending) event.preventDefault();
});

// Goes on with what a page left behind: its forms are sent, the one that was being keyed is opened.
function resume(forms, draft) {
  for (const { url, data } of forms) {
    if (numbers) numbers.take(data.get("number"));
    queue.push(url, data);
  }
  if (draft) {
    reopen(draft.data);
  } else {
    nextNumber();
    open(0);
  }
  queue.send();
}

function nextNumber() {
  if (!numbers || numbers.after("") === "") return;
  const field = written(numberField);
  const [meant] = numbers.meant(field.value);
  if (!meant || numbers.refusal(meant)) field.value = grouped(numbers.after(meant || ""));
}

async function start() {
  if (numbers && !written(numberField).value) nextNumber();
  open(Math.max(0, questions.findIndex((question) => question.classList.contains("is-wrong"))));
  if (!left) return;
  if (await unsent.open(left.dataset.name, left.dataset.key)) await offer(left, unsent, resume);
  document.documentElement.dataset.offered = "";
}

document.documentElement.dataset.keying = "";
start();
