// The screens, built from the configuration out of the shell's <template> elements, and what they say.

const FACES = new Set([3, 4, 5]);

export const find = (selector) => document.querySelector(selector);
export const all = () => [...document.querySelectorAll("main [data-screen]")];

const template = (name) => document.getElementById(`t-${name}`).content.firstElementChild.cloneNode(true);

/** What an element says: a text of the configuration by its key. */
const says = (element, key) => { element.dataset.text = key; return element; };

const head = (screen, question) => {
  const title = screen.querySelector(".k-question");
  const hint = screen.querySelector(".k-hint");
  title.id = `h-${question.key}`;
  says(title, `q-${question.key}`);
  screen.setAttribute("aria-labelledby", title.id);
  if (!question.overall && !question.hint) return hint.remove();
  hint.id = `hint-${question.key}`;
  says(hint, question.overall ? "start-hint" : `h-${question.key}`);
  return null;
};

const card = (question, choice, index, scale) => {
  const label = template("choice");
  const input = label.querySelector("input");
  label.className = scale ? "k-face" : "k-chip";
  input.type = question.kind === "single" ? "radio" : "checkbox";
  input.name = `q-${question.key}`;
  input.value = choice.key;
  if (choice.outcome) input.dataset.outcome = choice.outcome;
  if (scale) {
    const drawn = document.getElementById("t-faces").content.querySelector(`[data-face="${question.choices.length}-${index}"] svg`);
    input.after(drawn.cloneNode(true));
  }
  says(label.querySelector("span"), `c-${question.key}-${choice.key}`);
  return label;
};

const choices = (screen, question) => {
  const fieldset = screen.querySelector("fieldset");
  const scale = question.kind === "single" && FACES.has(question.choices.length) && Boolean(question.choices[0].outcome);
  fieldset.className = scale ? "k-faces" : "k-chips";
  says(fieldset.querySelector("legend"), `q-${question.key}`);
  if (question.overall || question.hint) fieldset.setAttribute("aria-describedby", `hint-${question.key}`);
  fieldset.append(...question.choices.map((choice, i) => card(question, choice, i, scale)));
};

const writing = (screen, question, offered) => {
  const area = screen.querySelector("textarea");
  area.name = `q-${question.key}`;
  area.setAttribute("aria-labelledby", `h-${question.key}`);
  if (question.hint) area.setAttribute("aria-describedby", `hint-${question.key}`);
  says(screen.querySelector("[data-continue]"), "send");
  if (!offered.handover) screen.querySelector("[data-handover]").remove();
};

const build = (question, offered) => {
  const screen = template(question.overall ? "overall" : question.kind === "text" ? "text" : "choices");
  screen.dataset.screen = question.key;
  screen.dataset.kind = question.kind;
  screen.dataset.for = question.shown_for.join(" ");
  head(screen, question);
  if (question.kind === "text") writing(screen, question, offered);
  else choices(screen, question);
  if (question.overall) {
    for (const [name, wanted] of Object.entries({ dossier: offered.dossiers?.asked, assisted: offered.assisted })) {
      if (!wanted) screen.querySelectorAll(`[data-part=${name}]`).forEach((part) => part.remove());
    }
    if (!offered.demonstration) screen.querySelector("[data-text=demonstration]").remove();
  }
  if (!offered.keyboard) screen.querySelector(".k-board")?.remove();
  return screen;
};

/** A new <main> with every screen hidden, the overall question first, the thanks last. */
export const buildScreens = (configuration) => {
  const main = document.createElement("main");
  const form = document.createElement("form");
  form.autocomplete = "off";
  form.noValidate = true;
  const { questions } = configuration;
  const ordered = [...questions.filter((each) => each.overall), ...questions.filter((each) => !each.overall)];
  form.append(...ordered.map((question) => build(question, configuration)));
  const thanks = template("thanks");
  if (!configuration.lookup) thanks.querySelector("[data-part=lookup]").remove();
  if (!configuration.printer) thanks.querySelector("[data-print]")?.remove();
  main.append(form, thanks, ...(configuration.handover ? [template("handover")] : []), template("full"));
  return main;
};

/** Put up a screen of the staff's: enrolment, a revoked key, no network yet. */
export const showStaffScreen = (name) => {
  const main = document.createElement("main");
  main.append(template(name));
  find("main").replaceWith(main);
  main.querySelector(".k-question").focus({ preventScroll: true });
  return main;
};

export const speak = (texts, language) => {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("main [data-text], #idle [data-text]")) {
    const text = texts[element.dataset.text] ?? "";
    if (element.textContent !== text) element.textContent = text;
  }
  for (const element of document.querySelectorAll("main [data-label]")) {
    element.setAttribute("aria-label", texts[element.dataset.label] ?? "");
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  document.title = `${texts.title}: ${texts.place}`;
};
