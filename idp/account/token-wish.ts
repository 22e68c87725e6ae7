import type { Person } from '../../shared/access/principal.ts';
import { namesOf, scopesWorthOffering } from '../../shared/access/scopes-of-person.ts';
import { readAddressList } from '../../shared/identity/address-list.ts';
import type { Spelling } from '../../shared/models/api-token.ts';
import { say } from '../messages/say.ts';
import type { Form } from '../sign-in/form.ts';

/** The forms that a token can have, the one for new clients first. */
const forms = ['qore', 'inventree', 'atrocore'] as const satisfies readonly Spelling[];

/** The same as choices of a form. */
export const spellings = (): { value: Spelling; label: string; help: string }[] =>
  forms.map((value) => ({ value, label: say(`tokens.${value}`), help: say(`tokens.${value}-help`) }));

/** A new token as the form asks for it, still as it was typed. */
export interface TokenWish {
  readonly name: string;
  readonly expires: string;
  /** Whether the token is to be bound by scopes. */
  readonly bound: boolean;
  readonly scopes: readonly string[];
  readonly spelling: Spelling;
  /** Networks that it may be used from; empty: any. */
  readonly addresses: string;
}

/** The form before anything was typed. */
export const noWish: TokenWish = { name: '', expires: '', bound: false, scopes: [], spelling: 'qore', addresses: '' };

export function readWish(form: Form): TokenWish {
  const spelling = forms.find((value) => value === form.raw('spelling')) ?? 'qore';
  return {
    name: form.text('device_name'),
    expires: form.text('expiration_date'),
    bound: form.raw('bound') === 'yes',
    scopes: [...new Set(form.all('scopes'))],
    spelling,
    addresses: form.text('addresses'),
  };
}

/** What is wrong with a wish, by field; nothing when it can be granted. Nobody gets a scope that their roles do not cover. */
export function wrongWith(wish: TokenWish, person: Person): Record<string, string> {
  const offered = namesOf(scopesWorthOffering(person));
  const addresses = problemWithAddresses(wish.addresses);
  return {
    ...(wish.name === '' && { device_name: say('tokens.no-device') }),
    ...(wish.name.length > 255 && { device_name: say('words.at-most', { most: 255 }) }),
    ...(wish.expires !== '' && !isComingDay(wish.expires) && { expiration_date: say('tokens.no-coming-day') }),
    ...(wish.bound && wish.scopes.length === 0 && { scopes: say('tokens.tick-one') }),
    ...(wish.scopes.some((scope) => !offered.includes(scope)) && {
      scopes: say('tokens.more-than-own'),
    }),
    ...(addresses && { addresses }),
  };
}

/** The networks that a token is to be bound to; null: none. */
export const networksOf = ({ addresses }: TokenWish): string[] | null =>
  addresses ? readAddressList(addresses) : null;

function problemWithAddresses(written: string): string | null {
  try {
    readAddressList(written);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** When a token ends that is good until a day: at its very end, UTC. Null: never. */
export function endOf(day: string): Date | null {
  return day ? new Date(`${day}T23:59:59.999Z`) : null;
}

function isComingDay(day: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return false;
  const end = endOf(day);
  return end?.toISOString().slice(0, 10) === day && end.getTime() > Date.now();
}
