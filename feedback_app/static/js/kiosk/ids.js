// Names made on the device: of answers, of this load of the page, and codes that a person takes along.

// Without 0 O, 1 I L, which people mistake for each other.
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const CODE_LETTERS = 10;

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A UUID of version 7 (RFC 9562): its time only orders, it is never read as when the answer was given. */
export const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const time = BigInt(Date.now());
  for (let i = 0; i < 6; i += 1) bytes[i] = Number((time >> BigInt(40 - 8 * i)) & 255n);
  bytes[6] = (bytes[6] & 15) | 112;
  bytes[8] = (bytes[8] & 63) | 128;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

/** Ten letters drawn evenly: a byte beyond the last whole alphabet is drawn again. */
export const newCode = () => {
  let code = "";
  while (code.length < CODE_LETTERS) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 248) code += ALPHABET[byte % ALPHABET.length];
  }
  return code;
};

/** This load of the page: its monotonic times compare only among themselves. */
export const boot = newId();
