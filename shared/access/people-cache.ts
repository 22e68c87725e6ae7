import type { Knex } from 'knex';
import type { Events } from '../events.ts';
import { Remembered } from '../remembered.ts';
import { loadPerson } from './load-person.ts';
import type { Person } from './principal.ts';

/** People by id, kept in memory until the database says that they, or what groups may do, changed. */
export class PeopleCache {
  readonly #db: Knex;
  readonly #people: Remembered<number, Person>;

  constructor(db: Knex, events: Events, max = 10_000) {
    this.#db = db;
    this.#people = new Remembered(events, { max });
    // Triggers that speak of no person in particular send null.
    events.on('person', ({ person }) => (person ? this.#people.forget(person) : this.#people.forgetAll()));
    events.on('people', () => this.#people.forgetAll());
  }

  /** The person, inactive ones too; null when there is none. At once when remembered, so no `await` is wasted. */
  get(id: number): Person | null | Promise<Person | null> {
    return this.#people.get(id, () => loadPerson(this.#db, { id }));
  }
}
