// A- A A+: the reader's text size, kept on this device. Linked in <head> without defer, so that it is set before the first paint.
(() => {
  const root = document.documentElement;
  const KEY = "text-size";
  const NORMAL = 2;
  const LARGEST = 6;
  let size = NORMAL;

  const apply = (wanted) => {
    size = Math.min(LARGEST, Math.max(1, wanted));
    if (size === NORMAL) delete root.dataset.text;
    else root.dataset.text = size;
  };

  root.dataset.script = "";
  try {
    apply(Number(localStorage.getItem(KEY)) || NORMAL);
  } catch {
    // Storage can be forbidden; the size then lasts for this page only.
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-text-step]");
    if (!button) return;
    const step = Number(button.dataset.textStep);
    apply(step === 0 ? NORMAL : size + step);
    try {
      localStorage.setItem(KEY, size);
    } catch {
      // As above.
    }
  });
})();
