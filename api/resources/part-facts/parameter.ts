import type { Knex } from 'knex';
import { Invalid } from '../../store/refusals.ts';
import { readBoolean } from '../../store/values.ts';
import { type Change, resource } from '../declaration.ts';
import { computed, decimal, reference, text, timestamp } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { hangsOn, refuseHangingOnNothing } from '../model-types.ts';
import { templateKeys } from './parameter-template.ts';

interface Template {
  checkbox: boolean;
  choices: string;
  enabled: boolean;
  model_type: string | null;
}

/** Refuses a value that the template does not take; true and false are written one way. */
async function fitTemplate({ trx, row, values, before }: Change): Promise<void> {
  const template = await templateOf(trx, row.template as number);
  if (!template) return;
  const { checkbox, choices, enabled, model_type } = template;
  if (!before && !enabled) throw new Invalid({ template: ['This template is not enabled.'] });
  if (model_type !== null && model_type !== row.model_type) {
    throw new Invalid({ template: [`This template is meant for another kind of row: ${model_type}.`] });
  }
  if (checkbox) {
    const read = readBoolean(row.data);
    if ('error' in read) throw new Invalid({ data: [read.error] });
    values.data = String(read.value);
  }
  const allowed = choices.split(',').map((one) => one.trim());
  if (choices && !allowed.includes(String(row.data))) {
    throw new Invalid({ data: [`This must be one of: ${allowed.join(', ')}.`] });
  }
}

const templateOf = (trx: Knex.Transaction, id: number): Promise<Template | undefined> =>
  trx('parameter_template').where({ id }).first('checkbox', 'choices', 'enabled', 'model_type');

export const parameter = resource('parameter', {
  role: 'part',
  area: 'part',
  table: 'parameter',
  title: ['Parameter', 'Parameters'],
  description: 'A value that something has for a template. Each has one value a template.',
  fields: {
    template: reference('parameter_template'),
    ...hangsOn,
    data: text({ maxLength: 500, example: '4.7k' }),
    data_numeric: computed(
      decimal({ nullable: true, help: 'The value, where it is a plain number.' }),
      'plain_number({data})',
    ),
    note: text({ maxLength: 500, blank: true }),
    updated: timestamp({ readOnly: true, nullable: true }),
    updated_by: reference('user', { readOnly: true, nullable: true }),
    metadata,
  },
  label: "{template.name} || ': ' || {data}",
  search: ['data', 'template.name', 'template.description', 'template.units', 'note'],
  searchText: true,
  order: ['model_type', 'model_id', 'template'],
  orderings: { name: 'template.name', units: 'template.units' },
  constraints: {
    parameter_identity: { field: null, says: 'The fields model_type, model_id, template must make a unique set.' },
  },
  hooks: {
    async beforeWrite(change) {
      await refuseHangingOnNothing(change);
      await fitTemplate(change);
      change.values.updated = new Date();
      change.values.updated_by = change.principal.person?.id ?? null;
    },
  },
  rest: [
    {
      path: 'parameter',
      style: 'pk',
      bulk: ['delete'],
      expand: {
        template_detail: { reference: 'template', spelling: 'parameter/template', keys: templateKeys, default: true },
        updated_by_detail: { reference: 'updated_by', spelling: 'user', keys: ['username', 'first_name', 'last_name'] },
      },
    },
    {
      path: 'part/parameter',
      style: 'pk',
      keys: ['model_id', 'template', 'data', 'data_numeric', 'note', 'updated', 'updated_by'],
      rename: { model_id: 'part' },
      only: { model_type: 'part' },
      expand: {
        template_detail: { reference: 'template', spelling: 'parameter/template', keys: templateKeys, default: true },
      },
    },
    metadataAt('parameter', 'parameter'),
  ],
});
