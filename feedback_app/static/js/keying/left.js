// On the page where a keyer chooses what to key: the way to forms that were keyed here and never sent.
import { elsewhere, link, openVault } from "./vault.js";

const place = document.querySelector("[data-left]");
const vault = await openVault(place.dataset.name, place.dataset.key);
if (vault) {
  const counts = elsewhere(await vault.left(), null);
  link(place.querySelector("[data-left-list]"), counts, place.dataset.elsewhere);
  place.hidden = counts.size === 0;
}
