// The numbers of a batch on the page: which one was meant, which one is next. The server decides again.

export class Numbers {
  // serials: as printed, eight figures each, in order; taken: the sentence that refuses a number, by serial.
  constructor({ serials, taken }) {
    this.serials = serials;
    this.taken = taken;
  }

  // The serial that was typed, whole or by its last figures; several or none are no answer.
  meant(text) {
    const figures = text.replace(/\D/g, "");
    return figures ? this.serials.filter((serial) => serial.endsWith(figures)) : [];
  }

  refusal(serial) {
    return this.taken[serial];
  }

  take(serial, sentence) {
    this.taken[serial] = sentence;
  }

  // The first number after this one that is out, from the beginning again at the end of the batch.
  after(serial) {
    const place = this.serials.indexOf(serial) + 1;
    const inOrder = [...this.serials.slice(place), ...this.serials.slice(0, place)];
    return inOrder.find((each) => !(each in this.taken)) || "";
  }
}

export const grouped = (serial) => serial.replace(/\B(?=(\d{4})+$)/g, " ");
