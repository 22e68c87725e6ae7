import type { Knex } from 'knex';
import { Invalid } from '../../store/refusals.ts';
import { type Change, type Row, resource } from '../declaration.ts';
import { boolean, file, reference, text, timestamp } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';

interface Template {
  id: number;
  requires_value: boolean;
  requires_attachment: boolean;
  choices: string;
}

const keyOf = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Finds the test that a result is of: named by number, or by name among those of the item's part. */
async function settleTemplate(change: Change): Promise<void> {
  const { trx, row, values } = change;
  if (change.kind === 'create') values.user = change.principal.person?.id ?? null;
  const name = typeof values.test === 'string' ? values.test : '';
  if (!row.template) {
    if (!keyOf(name)) throw new Invalid({ template: ['A template, or the name of a test, is required.'] });
    values.template = await templateNamed(change, row.stock_item as number, name);
  }
  const template = await trx('test_template')
    .where({ id: values.template ?? row.template })
    .first<Template | undefined>('id', 'requires_value', 'requires_attachment', 'choices');
  if (!template) return;
  refuseWrongValue(template, String(row.value ?? ''));
  if (template.requires_attachment && !row.attachment) {
    throw new Invalid({ attachment: ['Attachment must be uploaded for this test'] });
  }
}

async function templateNamed(change: Change, item: number, name: string): Promise<number | null> {
  const { trx } = change;
  const stock = await trx('stock_item').where({ id: item }).first('part_id');
  if (!stock) throw new Invalid({ stock_item: ['There is no such object.'] });
  const found = await findTemplate(trx, stock.part_id, keyOf(name));
  if (found !== null) return found;
  // As InvenTree does: who tests by a new name has a new test. It takes the right to make one.
  if (!change.may('part', 'add')) throw new Invalid({ test: ['Stock of this part has no test of this name.'] });
  return (await change.create('test_template', { part: stock.part_id, test_name: name.slice(0, 100) })).id as number;
}

async function findTemplate(trx: Knex.Transaction, part: number, key: string): Promise<number | null> {
  const { rows } = await trx.raw<{ rows: { id: number }[] }>(
    `WITH RECURSIVE above(id, distance) AS (
       SELECT ?::int, 0
       UNION ALL SELECT p.variant_of_id, distance + 1 FROM part AS p JOIN above ON p.id = above.id WHERE p.variant_of_id IS NOT NULL
     ) SELECT t.id FROM test_template AS t JOIN above ON above.id = t.part_id WHERE t.key = ? ORDER BY distance LIMIT 1`,
    [part, key],
  );
  return rows[0]?.id ?? null;
}

function refuseWrongValue({ requires_value: needed, choices }: Template, value: string): void {
  if (needed && !value) throw new Invalid({ value: ['Value must be provided for this test'] });
  const allowed = choices.split(',').map((one) => one.trim());
  if (choices && value && !allowed.includes(value)) {
    throw new Invalid({ value: [`This must be one of: ${allowed.join(', ')}.`] });
  }
}

const given = { default: null } satisfies Row;

export const testResult = resource('test_result', {
  role: 'stock',
  area: 'stock',
  table: 'test_result',
  modelName: 'stockitemtestresult',
  title: ['Test result', 'Test results'],
  description: 'How a stock item did in a test, named by its template or by the name of the test.',
  fields: {
    stock_item: reference('stock_item'),
    template: reference('test_template', { ...given, help: 'The test; may be left out when `test` names it.' }),
    test: text({
      maxLength: 100,
      blank: true,
      inputOnly: true,
      writeOnly: true,
      help: 'Name of the test, in place of its template.',
    }),
    result: boolean({ default: false, help: 'Whether it passed.' }),
    value: text({ maxLength: 500, blank: true }),
    attachment: file({ help: 'What was measured.' }),
    notes: text({ maxLength: 500, blank: true }),
    test_station: text({ maxLength: 500, blank: true }),
    started_datetime: timestamp({ nullable: true }),
    finished_datetime: timestamp({ nullable: true }),
    user: reference('user', { readOnly: true, nullable: true }),
    date: timestamp({ readOnly: true }),
    metadata,
  },
  label: "{template.test_name} || ': ' || CASE WHEN {result} THEN 'passed' ELSE 'failed' END",
  search: ['template.test_name', 'value', 'notes'],
  searchText: true,
  order: ['-date'],
  filters: {
    part: 'stock_item.part',
    build: 'stock_item.build',
    required: 'template.required',
    enabled: 'template.enabled',
    test: { sql: "{template.key} = regexp_replace(lower({value}), '[^[:alnum:]]', '', 'g')", type: 'text' },
  },
  constraints: {
    test_result_times: { field: 'finished_datetime', says: 'A test does not end before it starts.' },
  },
  hooks: { beforeWrite: settleTemplate },
  rest: [
    {
      path: 'stock/test',
      style: 'pk',
      bulk: ['delete'],
      expand: {
        template_detail: {
          reference: 'template',
          spelling: 'part/test-template',
          keys: ['key', 'test_name', 'description', 'required', 'requires_value', 'requires_attachment', 'enabled'],
        },
        user_detail: { reference: 'user', spelling: 'user', keys: ['username', 'first_name', 'last_name'] },
      },
    },
    metadataAt('stockitemtestresult', 'stock/test'),
  ],
});
