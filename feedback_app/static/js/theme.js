// High contrast, kept on this device. Linked in <head> without defer, so that it is set before the first paint.
(() => {
  const root = document.documentElement;
  const KEY = "theme";
  const isOn = () => root.dataset.theme === "contrast";

  const apply = (on) => {
    if (on) root.dataset.theme = "contrast";
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.setAttribute("aria-pressed", String(on));
    }
  };

  try {
    apply(localStorage.getItem(KEY) === "contrast");
  } catch {
    // Storage can be forbidden; the choice then lasts for this page only.
  }

  document.addEventListener("DOMContentLoaded", () => apply(isOn()));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    apply(!isOn());
    try {
      if (isOn()) localStorage.setItem(KEY, "contrast");
      else localStorage.removeItem(KEY);
    } catch {
      // As above.
    }
  });
})();
