/** The most rows that one request makes. */
const most = 1000;

/**
 * Reads what people write for a set of serial numbers: `1005, 1006`, ranges `10-15`, counts from a start `10+5` (five),
 * and, where the quantity says how many, an open start `10+`. Blanks and commas part them.
 * @returns the serial numbers in order, or the sentence that says what is wrong
 */
export function readSerialNumbers(text: string, quantity: number): readonly string[] | string {
  const serials: string[] = [];
  for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
    const range = /^(\d{1,15})-(\d{1,15})$/.exec(part);
    const run = /^(\d{1,15})\+(\d{1,6})?$/.exec(part);
    if (range) {
      const [from, to] = [Number(range[1]), Number(range[2])];
      if (to < from || to - from >= most) return `This range is not one of 1 to ${most} numbers: ${part}.`;
      for (let serial = from; serial <= to; serial++) serials.push(padded(serial, range[1]));
    } else if (run) {
      const count = run[2] === undefined ? quantity - serials.length : Number(run[2]);
      if (count < 1 || count > most) return `This makes no numbers, or more than ${most}: ${part}.`;
      for (let n = 0; n < count; n++) serials.push(padded(Number(run[1]) + n, run[1]));
    } else if (part.length > 100) {
      return 'A serial number may have at most 100 characters.';
    } else serials.push(part);
    if (serials.length > most) return `At most ${most} stock items can be made at once.`;
  }
  if (serials.length === 0) return 'No serial numbers are given.';
  if (new Set(serials).size < serials.length) return 'A serial number is given twice.';
  if (serials.length !== quantity) {
    return `Number of unique serial numbers (${serials.length}) must match quantity (${quantity}).`;
  }
  return serials;
}

/** Leading zeros of the start are kept: `001-003`. */
const padded = (serial: number, start = ''): string =>
  start.startsWith('0') ? String(serial).padStart(start.length, '0') : String(serial);
