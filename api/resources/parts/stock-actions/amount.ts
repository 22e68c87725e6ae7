import { Invalid } from '../../../store/refusals.ts';

/** An amount of stock, exact: in hundred-thousandths, as fine as the table keeps it. */
export type Amount = bigint;

const places = 5;
const one = 10n ** BigInt(places);

/** Reads an amount as PostgreSQL or a client wrote it; null when it is finer than the table keeps it. */
export function readAmount(text: string): Amount | null {
  const [, sign = '', whole = '', rest = ''] = /^([+-]?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  const fraction = rest.replace(/0+$/, '');
  if (fraction.length > places) return null;
  const amount = BigInt(whole || '0') * one + BigInt(fraction.padEnd(places, '0'));
  return sign === '-' ? -amount : amount;
}

/** The amount in a stored row. */
export const amountOf = (row: { quantity?: unknown }): Amount => readAmount(String(row.quantity)) ?? 0n;

/** As PostgreSQL reads it. */
export const amountText = (amount: Amount): string => `${amount / one}.${String(amount % one).padStart(places, '0')}`;

/** As answers and histories show it. At most 15 digits: a JSON number holds them exactly. */
export const amountNumber = (amount: Amount): number => Number(amountText(amount));

/** How many whole ones an amount is; null when it isn't whole. */
export const wholeOnes = (amount: Amount): number | null => (amount % one === 0n ? Number(amount / one) : null);

/** Reads the amount that a caller gave. @throws Invalid naming the field */
export function givenAmount(text: unknown, { field, zero }: { field: string; zero: boolean }): Amount {
  const amount = readAmount(String(text));
  if (amount === null) throw new Invalid({ [field]: [`This may have at most ${places} decimal places.`] });
  if (amount < 0n || (amount === 0n && !zero)) throw new Invalid({ [field]: ['This must be more than 0.'] });
  return amount;
}
