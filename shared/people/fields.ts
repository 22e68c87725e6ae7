import { say } from '../messages/say.ts';
/** What can be said of a person, by the names of their columns. */
export interface PersonWish {
  readonly username: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly is_staff: boolean;
  readonly is_superuser: boolean;
  /** Ids of groups. */
  readonly groups: readonly number[];
}

/** What is wrong with a wish, by field; nothing when it can be granted. */
export function wrongWithPerson(wish: PersonWish): Partial<Record<keyof PersonWish, string>> {
  const { username, first_name, last_name, email } = wish;
  return {
    ...(username === '' && { username: say('person-fields.no-username') }),
    ...(username.length > 150 && { username: say('person-fields.at-most', { most: 150 }) }),
    ...(first_name.length > 150 && { first_name: say('person-fields.at-most', { most: 150 }) }),
    ...(last_name.length > 150 && { last_name: say('person-fields.at-most', { most: 150 }) }),
    ...(email !== '' && !isAddress(email) && { email: say('person-fields.no-address') }),
  };
}

const isAddress = (email: string): boolean => email.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(email);
