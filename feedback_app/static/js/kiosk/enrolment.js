// A device without a key asks for the code that an administrator made for it.

import { showStaffScreen } from "./screens.js";

const LETTERS = 8;
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/** Resolves to { device, key, name } once a code was accepted. */
export const enrol = (server) =>
  new Promise((resolve) => {
    const screen = showStaffScreen("enrolment");
    const field = screen.querySelector("input");
    const send = screen.querySelector("[data-enrol]");
    const told = screen.querySelector("[data-told]");
    const words = told.dataset;

    const write = (text) => {
      const letters = text.toUpperCase().replace(/[^0-9A-Z]/g, "").slice(0, LETTERS);
      field.value = letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
      told.textContent = "";
      field.removeAttribute("aria-invalid");
    };

    const refuse = (text) => {
      told.textContent = text;
      field.setAttribute("aria-invalid", "true");
      field.focus();
    };

    const ask = async () => {
      if (field.value.length !== LETTERS + 1) return refuse(words.short);
      send.disabled = true;
      try {
        return resolve(await server.enrol(field.value));
      } catch (error) {
        if (error.status === 429) return refuse(words.often);
        return refuse(error.status ? words.unknown : words.offline);
      } finally {
        send.disabled = false;
      }
    };

    const pad = screen.querySelector("[data-pad]");
    for (const letter of ALPHABET) {
      const key = document.createElement("button");
      key.type = "button";
      key.className = "k-key";
      key.textContent = letter;
      key.addEventListener("click", () => write(field.value + letter));
      pad.append(key);
    }
    screen.querySelector("[data-erase]").addEventListener("click", () => write(field.value.replace("-", "").slice(0, -1)));
    field.addEventListener("input", () => write(field.value));
    screen.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
    field.focus();
  });
