// Forms that a page left behind in this browser, with the lid closed or the network gone: offered, never sent unasked.

// Fills and shows the place that offers them. Those of this sitting go to resume(forms, draft), {url, data} each, once
// the keyer says so; the way to those of others is a link.
export async function offer(place, unsent, resume) {
  const found = await unsent.left();
  const own = found.filter(({ value }) => value.sitting === unsent.sitting);
  const forms = own.filter(({ value }) => value.kind === "form");
  const draft = own.find(({ value }) => value.kind === "draft");
  link(place, found.filter((each) => !own.includes(each)));
  const button = place.querySelector("button");
  button.hidden = own.length === 0;
  const lines = [];
  if (forms.length) lines.push(place.dataset.forms.replace("{count}", forms.length));
  if (draft) lines.push(place.dataset.draft);
  place.querySelector("[data-left-text]").textContent = lines.join(" ");
  place.hidden = found.length === 0;
  if (!own.length) return;
  button.addEventListener("click", async () => {
    place.hidden = true;
    const adopted = [];
    for (const each of forms) adopted.push(await unsent.adopt(each));
    resume(adopted, draft && (await unsent.adopt(draft)));
  });
  button.focus();
}

// For each sitting the way to it, and how many forms wait there.
export function link(place, found) {
  const counts = new Map();
  for (const { value } of found) counts.set(value.url, (counts.get(value.url) || 0) + 1);
  for (const [url, count] of counts) {
    const line = document.createElement("p");
    const way = document.createElement("a");
    way.href = url;
    way.textContent = place.dataset.elsewhere.replace("{count}", count);
    line.append(way);
    place.querySelector("[data-left-list]").append(line);
  }
}
