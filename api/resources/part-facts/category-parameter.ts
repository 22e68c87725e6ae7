import { resource } from '../declaration.ts';
import { reference, text } from '../fields.ts';
import { templateKeys } from './parameter-template.ts';

export const categoryParameter = resource('category_parameter', {
  role: 'part_category',
  area: 'part',
  table: 'category_parameter',
  modelName: 'partcategoryparametertemplate',
  title: ['Category parameter', 'Category parameters'],
  description: 'A parameter that the parts of a category have, and its usual value.',
  fields: {
    category: reference('part_category'),
    template: reference('parameter_template'),
    default_value: text({ maxLength: 500, blank: true }),
  },
  label: "{category.name} || ': ' || {template.name}",
  search: ['category.name', 'template.name', 'default_value'],
  order: ['category', 'template'],
  constraints: {
    category_parameter_identity: { field: null, says: 'The fields category, template must make a unique set.' },
  },
  rest: [
    {
      path: 'part/category/parameters',
      style: 'pk',
      bulk: ['delete'],
      expand: {
        template_detail: { reference: 'template', spelling: 'parameter/template', keys: templateKeys, default: true },
        category_detail: {
          reference: 'category',
          spelling: 'part/category',
          keys: ['name', 'description', 'pathstring', 'parent'],
        },
      },
    },
  ],
});
