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
    ...(username === '' && { username: 'Enter a username.' }),
    ...(username.length > 150 && { username: 'Use at most 150 characters.' }),
    ...(first_name.length > 150 && { first_name: 'Use at most 150 characters.' }),
    ...(last_name.length > 150 && { last_name: 'Use at most 150 characters.' }),
    ...(email !== '' && !isAddress(email) && { email: 'Enter an address such as ada@example.org.' }),
  };
}

const isAddress = (email: string): boolean => email.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(email);
