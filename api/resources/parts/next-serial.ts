import { computed, type Field, text } from '../fields.ts';

/** The highest serial number of a part and its variants, as a number. */
const highest = `(SELECT max(si.serial_int) FROM stock_item AS si
  WHERE si.serial_int > 0 AND (si.part_id = {id} OR si.part_id IN (SELECT part_variants({id}))))`;

/** Which serial numbers a part has come to. */
export const serialFields: Record<string, Field> = {
  latest_serial: computed(
    text({ aside: true, nullable: true, help: 'The highest serial number of its stock.' }),
    `${highest}::text`,
  ),
  next_serial: computed(
    text({ aside: true, help: 'The first that is free behind it.' }),
    `(coalesce(${highest}, 0) + 1)::text`,
  ),
};

/** What InvenTree’s clients ask for before they give serial numbers. */
export const serialNumbers = { latest: 'latest_serial', next: 'next_serial' };
