// A keyboard on the glass, for panels that have none of their own. It types into one field and never takes the focus.

import { withTone } from "./vietnamese.js";

const LETTERS = ["ăâêôơưđ", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
// Of a dossier's code: nothing else stands in one.
const CODE = ["1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM."];
const SIGNS = ["1234567890", "-/:;()%+=", ".,?!…“”"];
const TONES = { "\u0301": "key-acute", "\u0300": "key-grave", "\u0309": "key-hook", "\u0303": "key-tilde", "\u0323": "key-dot" };

/** Fills `board` with keys for `field`; `say` gives a text by its key. */
export const attachKeyboard = (board, field, say) => {
  let upper = true; // A sentence begins with a capital.
  let signs = false;
  field.inputMode = "none";

  const type = (change) => {
    const { selectionStart: start, selectionEnd: end, value } = field;
    const before = change(value.slice(0, start), end > start);
    const text = (before + value.slice(end)).normalize("NFC");
    if (text.length > field.maxLength) return;
    field.value = text;
    field.setSelectionRange(before.normalize("NFC").length, before.normalize("NFC").length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const insert = (letter) => {
    type((before) => before + letter);
    const raised = upper;
    upper = /[.!?…]\s$/.test(field.value) || !field.value;
    if (raised !== upper) draw();
  };

  const button = (shown, act, { label, wide, pressed, name } = {}) => {
    const key = document.createElement("button");
    key.type = "button";
    key.className = wide ? "k-key is-wide" : "k-key";
    key.textContent = shown;
    key.tabIndex = -1;
    if (label) key.setAttribute("aria-label", label);
    if (pressed !== undefined) key.setAttribute("aria-pressed", String(pressed));
    if (name) key.dataset.key = name;
    key.addEventListener("pointerdown", (event) => event.preventDefault()); // The caret stays in the field.
    key.addEventListener("click", act);
    return key;
  };

  const row = (...keys) => {
    const line = document.createElement("div");
    line.className = "k-keys";
    line.append(...keys);
    return line;
  };

  const letterKeys = (line) =>
    [...line].map((letter) => {
      const shown = upper && !signs ? letter.toUpperCase() : letter;
      return button(shown, () => insert(shown));
    });

  const draw = () => {
    const shift = button("⇧", () => { upper = !upper; draw(); }, { label: say("key-shift"), pressed: upper, wide: true });
    const back = button("⌫", () => type((before, some) => (some ? before : [...before].slice(0, -1).join(""))), {
      label: say("key-back"),
      wide: true,
      name: "back",
    });
    const [shown, name] = signs ? ["abc", "key-letters"] : ["?123", "key-signs"];
    const swap = button(shown, () => { signs = !signs; draw(); }, { wide: true, label: `${shown} ${say(name)}` });
    const space = button(say("key-space"), () => insert(" "), { name: "space" });
    const tones = Object.entries(TONES).map(([mark, label]) =>
      button(`◌${mark}`, () => type((before) => withTone(before, mark)), { label: say(label), name: label }),
    );
    const lines = signs
      ? [row(...letterKeys(SIGNS[0])), row(...letterKeys(SIGNS[1])), row(...letterKeys(SIGNS[2]), back)]
      : [
          row(...letterKeys(LETTERS[0]), ...tones),
          row(...letterKeys(LETTERS[1])),
          row(...letterKeys(LETTERS[2])),
          row(shift, ...letterKeys(LETTERS[3]), back),
        ];
    board.replaceChildren(...lines, row(swap, button(",", () => insert(",")), space, button(".", () => insert("."))));
  };

  const drawCode = () => {
    const back = button("⌫", () => type((before, some) => (some ? before : before.slice(0, -1))), { label: say("key-back"), wide: true, name: "back" });
    const done = button(say("key-done"), () => field.blur(), { wide: true, name: "done" });
    const lines = CODE.map((line) => [...line].map((sign) => button(sign, () => type((before) => before + sign))));
    board.replaceChildren(...lines.slice(0, 3).map((keys) => row(...keys)), row(...lines[3], back, done));
    // Only while somebody types with it: the faces need the room, and whoever came by Tab has keys.
    field.addEventListener("click", () => { board.hidden = false; });
    field.addEventListener("blur", () => { board.hidden = true; });
  };

  if (field.name === "dossier") drawCode();
  else draw();
};
