import type { Knex } from 'knex';
import { type Shelf, shelves } from './catalogue.ts';
import { Chance } from './chance.ts';

/** Categories, places, parts and what there is of them. */
export async function loadStock(trx: Knex.Transaction, storekeeper: number | null): Promise<void> {
  const categories = await plant(
    trx,
    'part_category',
    shelves.map(({ category }) => category),
  );
  const locations = await plant(
    trx,
    'stock_location',
    shelves.map(({ location }) => location),
  );
  const chance = new Chance(60);
  const listed = shelves.flatMap((shelf) => shelf.parts.map((part) => ({ shelf, part })));
  const ids = await trx('part')
    .insert(
      listed.map(({ shelf, part: [name, description, minimum] }, n) => ({
        name,
        description,
        ipn: `QM-${String(n + 1).padStart(4, '0')}`,
        minimum_stock: minimum,
        units: shelf.units ?? '',
        category_id: categories.get(shelf.category.join('/')),
        default_location_id: locations.get(shelf.location.join('/')),
        trackable: shelf.serialised ?? false,
        creation_user_id: storekeeper,
      })),
    )
    .returning('id');
  const items = listed.flatMap(({ shelf, part }, n) =>
    itemsOf(shelf, part[2], chance, n).map((item) => ({
      ...item,
      part_id: ids[n]?.id,
      location_id: locations.get(shelf.location.join('/')),
    })),
  );
  await trx('stock_item').insert(items);
}

/** One item a piece for what has serial numbers, else one or two batches; now and then less than there should be. */
function itemsOf({ serialised, price }: Shelf, minimum: number, chance: Chance, n: number) {
  const common = { purchase_price: price, purchase_price_currency: 'EUR' };
  if (serialised) {
    const first = 1000 + n * 20;
    return Array.from({ length: chance.between(1, 6) }, (_, piece) => ({
      ...common,
      quantity: 1,
      serial: String(first + piece),
      batch: null,
      status: piece === 5 ? 55 : 10,
    }));
  }
  return Array.from({ length: chance.between(1, 2) }, (_, batch) => ({
    ...common,
    quantity: Math.ceil((minimum * chance.between(30, 160)) / 100),
    serial: null,
    batch: `B${24 + batch}${String(n).padStart(2, '0')}`,
    status: 10,
  }));
}

/** Makes the places along the given ways, each once. @returns ids by way, joined by slashes */
async function plant(
  trx: Knex.Transaction,
  table: 'part_category' | 'stock_location',
  ways: readonly (readonly string[])[],
): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  const depth = Math.max(...ways.map((way) => way.length));
  for (let level = 1; level <= depth; level += 1) {
    const wanted = new Set(ways.filter((way) => way.length >= level).map((way) => way.slice(0, level).join('/')));
    const rows = [...wanted].map((way) => {
      const above = way.split('/').slice(0, -1).join('/');
      return { name: way.split('/').at(-1), parent_id: places.get(above) ?? null };
    });
    const made = await trx(table).insert(rows).returning('id');
    [...wanted].forEach((way, n) => {
      places.set(way, made[n]?.id);
    });
  }
  return places;
}
