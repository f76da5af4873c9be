// Tells the service that a page is being looked at. A visit ends after 30 minutes of silence; its token is random, says
// nothing about the reader, and is a new one for each visit. Without storage nothing is sent: every page would look like a visit.
(() => {
  const KEY = "visit";
  const SILENCE = 30 * 60 * 1000;
  const PULSE = 2 * 60 * 1000;
  const url = document.currentScript.dataset.url;

  // crypto.randomUUID exists on https only, and an office's own network often has http.
  const newToken = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const pulse = () => {
    if (document.visibilityState !== "visible" || navigator.webdriver) return;
    const now = Date.now();
    let token;
    try {
      const [kept, last] = (localStorage.getItem(KEY) || "").split(" ");
      token = kept && Math.abs(now - Number(last)) < SILENCE ? kept : newToken();
      localStorage.setItem(KEY, `${token} ${now}`);
    } catch {
      return;
    }
    fetch(url, { method: "POST", body: token, keepalive: true, credentials: "omit" }).catch(() => {});
  };

  pulse();
  document.addEventListener("visibilitychange", pulse);
  setInterval(pulse, PULSE);
})();
