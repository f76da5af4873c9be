// Reading aloud, offered only where the device has a voice of the language: a foreign voice reads Vietnamese as noise.

const WANTED = { vi: "vi", en: "en" };

const voiceOf = (language) =>
  globalThis.speechSynthesis?.getVoices().find((voice) => voice.lang.toLowerCase().startsWith(WANTED[language]));

export const canRead = (language) => Boolean(voiceOf(language));

export const stopReading = () => globalThis.speechSynthesis?.cancel();

/** The question of a screen, then what may be touched. */
export const readScreen = (screen, language) => {
  stopReading();
  const voice = voiceOf(language);
  if (!voice) return;
  const parts = [".k-question", ".k-hint", ".k-face span, .k-chip span", ".k-actions button"];
  const words = parts.flatMap((part) => [...screen.querySelectorAll(part)]).map((element) => element.textContent.trim());
  const said = new SpeechSynthesisUtterance(words.filter(Boolean).join(". "));
  said.voice = voice;
  said.lang = voice.lang;
  speechSynthesis.speak(said);
};

/** Voices come late in some browsers. */
export const onVoices = (act) => globalThis.speechSynthesis?.addEventListener("voiceschanged", act);
