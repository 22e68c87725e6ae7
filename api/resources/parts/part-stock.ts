import { computed, decimal, type Field, integer } from '../fields.ts';

const own = 'si.part_id = {id} AND si.in_stock';
const ofVariants = 'si.part_id IN (SELECT part_variants({id})) AND si.in_stock';
const sum = (where: string) => `(SELECT coalesce(sum(si.quantity), 0) FROM stock_item AS si WHERE ${where})`;
/** Only templates have variants; others are spared the look. */
const variants = `CASE WHEN {is_template} THEN ${sum(ofVariants)} ELSE 0 END`;

const amount = (sql: string, help?: string): Field => computed(decimal(help ? { help } : {}), sql);
const none = (help: string): Field => computed(decimal({ help }), '0::numeric');

/** What there is of a part, summed at each read. */
export const partStock: Record<string, Field> = {
  in_stock: amount(sum(own), 'Stock of this part itself.'),
  variant_stock: amount(variants, 'Stock of its variants.'),
  total_in_stock: amount(`${sum(own)} + ${variants}`, 'Stock of this part and its variants.'),
  unallocated_stock: amount(`${sum(own)} + ${variants}`, 'Stock that nothing has a claim on.'),
  external_stock: amount(
    sum(`${own} AND si.location_id IN (SELECT sl.id FROM stock_location AS sl WHERE sl.external)`),
    'Stock of this part outside the house.',
  ),
  stock_item_count: computed(
    integer({ help: 'Stock items of this part, in stock or not.' }),
    '(SELECT count(*)::int FROM stock_item AS si WHERE si.part_id = {id})',
  ),
};

/** How many of an assembly its stock of parts would make. */
export const canBuild = computed(
  decimal({ aside: true, help: 'How many of it the parts in stock would make.' }),
  `coalesce((SELECT trunc(min(bom_item_stock(bi.id) / bi.quantity))
     FROM bom_item AS bi WHERE bi.part_id = {id} AND bi.quantity > 0 AND NOT bi.optional AND NOT bi.consumable), 0)`,
);

/** Amounts of what is not kept here, as clients look for them. */
export const partOrders: Record<string, Field> = {
  ordering: none('Always 0: purchases are not kept here.'),
  building: none('Always 0: builds are not kept here.'),
  scheduled_to_build: none('Always 0: builds are not kept here.'),
  allocated_to_build_orders: none('Always 0: builds are not kept here.'),
  allocated_to_sales_orders: none('Always 0: sales are not kept here.'),
  required_for_build_orders: none('Always 0: builds are not kept here.'),
  required_for_sales_orders: none('Always 0: sales are not kept here.'),
};
