import { resource } from '../declaration.ts';
import { boolean, computed, integer, reference, text } from '../fields.ts';
import { metadata, metadataAt } from '../metadata.ts';

/** SQL that holds for the tests of a part: its own, and those of the templates that it is a variant of. */
const ofPart = `{part} IN (
  WITH RECURSIVE above(id) AS (
    SELECT {value} UNION SELECT p.variant_of_id FROM part AS p JOIN above ON p.id = above.id WHERE p.variant_of_id IS NOT NULL
  ) SELECT id FROM above)`;

export const testTemplate = resource('test_template', {
  role: 'part',
  area: 'part',
  table: 'test_template',
  modelName: 'parttesttemplate',
  title: ['Test template', 'Test templates'],
  description: 'A test that stock of a part, and of its variants, is to pass.',
  fields: {
    part: reference('part'),
    key: text({
      readOnly: true,
      help: 'The name in lower case without blanks and signs: what names the test to programs.',
    }),
    test_name: text({ maxLength: 100, example: 'Burn-in' }),
    description: text({ maxLength: 100, blank: true }),
    enabled: boolean({ default: true }),
    required: boolean({ default: true }),
    requires_value: boolean({ default: false }),
    requires_attachment: boolean({ default: false }),
    choices: text({ maxLength: 5000, blank: true, help: 'The only values that it takes, separated by commas.' }),
    results: computed(integer(), '(SELECT count(*)::int FROM test_result AS tr WHERE tr.template_id = {id})'),
    metadata,
  },
  label: "{part.name} || ': ' || {test_name}",
  search: ['test_name', 'description'],
  order: ['test_name'],
  filters: {
    part: {
      sql: ofPart,
      type: 'reference',
      unless: { parameter: 'include_inherited', sql: '{part} = {value}' },
    },
    has_results: { either: '{results} > 0' },
  },
  constraints: {
    test_template_identity: { field: 'test_name', says: 'Test template with this name already exists for the part.' },
    test_template_key: { field: 'test_name', says: 'A name has letters or digits.' },
  },
  rest: [
    { path: 'part/test-template', style: 'pk', bulk: ['delete'] },
    metadataAt('parttesttemplate', 'part/test-template'),
  ],
});
