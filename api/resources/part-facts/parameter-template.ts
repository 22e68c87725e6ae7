import { resource } from '../declaration.ts';
import { boolean, computed, integer, text } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';
import { modelType } from '../model-types.ts';

/** What a template shows of itself beside what refers to it. */
export const templateKeys = ['name', 'units', 'description', 'checkbox', 'choices', 'enabled'];

export const parameterTemplate = resource('parameter_template', {
  role: 'part',
  area: 'part',
  table: 'parameter_template',
  modelName: 'parametertemplate',
  title: ['Parameter template', 'Parameter templates'],
  description: 'Something to know of parts, stock or companies: what it is called and what it is measured in.',
  fields: {
    name: text({ maxLength: 100, example: 'Resistance' }),
    units: text({ maxLength: 25, blank: true, example: 'ohm' }),
    description: text({ maxLength: 250, blank: true }),
    model_type: modelType({ nullable: true, help: 'The only kind of row that it is meant for; null: any.' }),
    checkbox: boolean({ default: false, help: 'Its values are true or false.' }),
    choices: text({ maxLength: 5000, blank: true, help: 'The only values that it takes, separated by commas.' }),
    selectionlist: computed(
      integer({ nullable: true, help: 'Always null: there are no such lists here.' }),
      'NULL::int',
    ),
    enabled: boolean({ default: true }),
    metadata,
  },
  label: '{name}',
  search: ['name', 'description'],
  order: ['name'],
  filters: { name_regex: { path: 'name', match: 'regex' }, has_choices: { either: "{choices} <> ''" } },
  constraints: {
    parameter_template_name: { field: 'name', says: 'Parameter template with this Name already exists.' },
  },
  rest: [
    { path: 'parameter/template', style: 'pk', bulk: ['delete'] },
    { path: 'part/parameter/template', style: 'pk' },
    metadataAt('parametertemplate', 'parameter/template'),
  ],
});
