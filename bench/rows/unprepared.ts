import { besideOther } from '../measure/other-api.ts';
import type { Row } from '../row.ts';

/** No pooler is between: what is measured is what PostgreSQL has to do again each time. */
export const unprepared: Row = {
  name: 'unprepared',
  about: 'hosts by their ids and lists of 100 without prepared statements, as behind a pooler that forgets them',
  run: (bench) =>
    besideOther(bench, {
      name: 'unprepared',
      settings: (databaseUrl) => ({ DATABASE_POOLER: 'transaction', DATABASE_DIRECT_URL: databaseUrl }),
    }),
};
