// Tone marks on a syllable as it is typed, letters first: "hoa" and the grave give "hòa". Everything stays in NFC.

const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;
const VOWELS = /[aăâeêioôơuưy]/i;
const BUILT = /[ăâêôơư]/i;

const plain = (text) => text.normalize("NFD").replace(TONES, "").normalize("NFC");

/** Where the mark belongs in a syllable without marks; -1 where no vowel is. */
const place = (syllable) => {
  const letters = [...syllable];
  // The u of "qu" and the i of "gi" belong to the consonant while another vowel follows.
  const skipped = /^(qu|gi)[aăâeêioôơuưy]/i.test(syllable) ? 2 : 0;
  const vowels = letters.map((letter, i) => i).filter((i) => i >= skipped && VOWELS.test(letters[i]));
  if (!vowels.length) return -1;
  const built = vowels.filter((i) => BUILT.test(letters[i]));
  if (built.length) return built[built.length - 1];
  const endsInConsonant = vowels[vowels.length - 1] < letters.length - 1;
  if (vowels.length === 1) return vowels[0];
  return vowels.length > 2 || endsInConsonant ? vowels[1] : vowels[0];
};

/** `before`, the text left of the caret, with the mark on its last syllable; the same mark again takes it off. */
export const withTone = (before, mark) => {
  const [syllable] = before.match(/[\p{L}\p{M}]+$/u) ?? [""];
  const bare = [...plain(syllable)];
  const at = place(bare.join(""));
  if (at < 0) return before;
  const marked = bare.map((letter, i) => (i === at ? (letter + mark).normalize("NFC") : letter)).join("");
  const start = before.slice(0, before.length - syllable.length);
  return start + (marked === syllable.normalize("NFC") ? bare.join("") : marked);
};
