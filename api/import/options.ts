import { parseArgs } from 'node:util';

/** What the files are that can be read, by the word on the command line. */
export const kinds = ['inventree', 'device-types', 'mac-vendors'] as const;
export type Kind = (typeof kinds)[number];

/** What the command line asks for; `mistake` says what is wrong with it. */
export type Options = { kind: Kind; file: string } | { help: true } | { mistake: string };

export const help = `Usage: npm run import -- KIND FILE

Reads a file into the database, all of it or, when anything is wrong, nothing.
Reading the same file again changes nothing.

KIND
  inventree      a Django dump of InvenTree (manage.py dumpdata): groups, rulesets and
                 users, part categories, parts, stock locations, stock and its history.
                 Keys are kept where they are free. People keep their passwords; those
                 who are here already stay as they are. Files (images, attachments)
                 are not part of a dump.
  device-types   a list of hardware models: manufacturer, model, rack units, interfaces,
                 power and console ports. Each becomes host hardware and a device type.
  mac-vendors    a register of the IEEE, as CSV (oui.csv, mam.csv, oui36.csv; Debian's
                 ieee-data has them): who the beginnings of MAC addresses belong to.
                 Unknown devices show it.

FILE             JSON, or CSV where that is said

The database is the one that the settings name (DATABASE_URL, DATA_DIR), whether a server
runs on it or not; that of the demo is reached with DATA_DIR=.data/demo.
`;

/** Reads the arguments behind `npm run import --`. */
export function readOptions(args: readonly string[]): Options {
  let read: { values: { help?: boolean }; positionals: string[] };
  try {
    read = parseArgs({ args: [...args], options: { help: { type: 'boolean', short: 'h' } }, allowPositionals: true });
  } catch (error) {
    return { mistake: error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error) };
  }
  if (read.values.help) return { help: true };
  const [kind, file, ...more] = read.positionals;
  if (!kind || !file) return { mistake: 'KIND and FILE are required' };
  if (more.length > 0) return { mistake: `One FILE at a time; what is ${more[0]}?` };
  const known = kinds.find((one) => one === kind);
  return known ? { kind: known, file } : { mistake: `KIND is one of ${kinds.join(', ')}, not ${kind}` };
}
