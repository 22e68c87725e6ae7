import { currentLanguage, languages } from '../messages/language.ts';

/** A point in time as a page shows it: `iso` for machines, `text` for people, with its zone. */
export interface Moment {
  readonly iso: string;
  readonly text: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const { locale } = languages[currentLanguage()];
  const id = `${locale} ${timeZone}`;
  let format = formats.get(id);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
      timeZone,
    });
    formats.set(id, format);
  }
  return format;
}

/** Writes a point in time out in a zone (IANA name) and the current language: «22 Nov 2026, 14:05 UTC»; null stays null. */
export function moment(at: Date, timeZone: string): Moment;
export function moment(at: Date | null, timeZone: string): Moment | null;
export function moment(at: Date | null, timeZone: string): Moment | null {
  return at && { iso: at.toISOString(), text: formatIn(timeZone).format(at) };
}
