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
    const key = event.key.toLowerCase();
    if (key === "backspace" || key === "escape") {
      event.preventDefault();
      location.assign(review.dataset.back);
      return;
    }
    // A focused link or button keeps its own Enter.
    if (key === "enter" && event.target.matches("a, button")) return;
    const pressed = review.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!pressed) return;
    event.preventDefault();
    pressed.click();
  });
})();
