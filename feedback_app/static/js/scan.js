// Watches a stack being read. Without this script the page is asked for again by its link.
(() => {
  "use strict";

  const place = document.querySelector("[data-scan]");
  if (!place) return;
  const EVERY = 2000;

  async function look() {
    let over = false;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "application/json" } });
      if (answer.status === 401) return;
      if (answer.ok) {
        const told = await answer.json();
        place.innerHTML = told.panel;
        over = told.over;
      }
    } catch {
      // No network for a moment; the stack is read all the same.
    }
    if (!over) setTimeout(look, EVERY);
  }

  document.documentElement.dataset.watching = "";
  setTimeout(look, EVERY);
})();
