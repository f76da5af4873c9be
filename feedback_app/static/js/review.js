// Reviewing by keyboard: a key is a press of the button or box that shows it. Without this script they are pressed.
(() => {
  "use strict";

  const review = document.querySelector("[data-review]");
  if (!review) return;
  let sent = false;

  // Once nothing waits there is only the way back.
  review.querySelector("[data-form]")?.addEventListener("submit", (event) => {
    // A key held down must not answer the next question too.
    if (sent) event.preventDefault();
    sent = true;
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    // What is typed is text.
    if (event.target.matches("textarea, select, input:not([type=checkbox], [type=radio])")) return;
    const key = event.key.toLowerCase();
    if (review.dataset.back && (key === "backspace" || key === "escape")) {
      event.preventDefault();
      location.assign(review.dataset.back);
      return;
    }
    // A focused link or button keeps its own Enter.
    if (key === "enter" && event.target.matches("a, button")) return;
    // The rows of a paper are all enlarged at once, as the first of them is.
    const pressed = review.querySelectorAll(`[data-key="${CSS.escape(key)}"]`);
    if (!pressed.length) return;
    event.preventDefault();
    const before = pressed[0].checked;
    for (const each of pressed) if (each.checked === before) each.click();
  });
})();
