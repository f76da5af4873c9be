// On the page where a keyer chooses what to key: the way to forms that were keyed here and never sent.
import { link } from "./leftovers.js";
import { openVault } from "./vault.js";

const place = document.querySelector("[data-left]");
const vault = await openVault(place.dataset.name, place.dataset.key);
if (vault) {
  const found = await vault.left();
  link(place, found);
  place.hidden = found.length === 0;
}
