// Keeps a half-filled form on this phone alone, for a day, so that a call costs nobody their words. The id goes along: sent
// again after a lost connection it is the same response. The server is told nothing.
(() => {
  const PREFIX = "phieu:";
  const DAY = 24 * 60 * 60 * 1000;
  const { sent } = document.currentScript.dataset;
  const form = document.getElementById("phieu");
  const asked = (name) => /^(q-.*|field|stage)$/.test(name);

  const forget = (unwanted) => {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && unwanted(key.slice(PREFIX.length), localStorage[key])) localStorage.removeItem(key);
    }
  };

  const resume = () => {
    // Another slip is another dossier: neither its id nor its answers are those of the one before.
    const key = PREFIX + location.pathname + (form.slip ? `#${form.slip.value}` : "");
    const save = () => {
      const filled = [...new FormData(form)].filter(([name, value]) => asked(name) && value);
      localStorage[key] = JSON.stringify({ at: Date.now(), id: form.response.value, filled });
    };
    form.addEventListener("input", save);
    forget((path, kept) => !(Math.abs(Date.now() - JSON.parse(kept).at) < DAY));
    const { id, filled = [] } = JSON.parse(localStorage[key] || "{}");
    if (form.dataset.returned) return save();
    if (!filled.length) return;
    form.response.value = id;
    for (const [name, value] of filled) {
      for (const field of form.querySelectorAll(`[name="${name}"]`)) {
        if (!/radio|checkbox/.test(field.type)) field.value = value;
        else if (field.value === value) field.checked = true;
      }
    }
    const told = document.getElementById("mo-lai");
    told.hidden = false;
    told.querySelector("button").onclick = () => {
      localStorage.removeItem(key);
      location.reload();
    };
  };

  try {
    if (sent) forget((path) => path === sent || path.startsWith(`${sent}/`) || path.startsWith(`${sent}#`));
    // Not on what people share: a computer, or a tablet in a hall.
    else if (form && matchMedia("(pointer: coarse) and (max-width: 40em)").matches) resume();
  } catch {
    // Without storage the form works as it always did.
  }
})();
