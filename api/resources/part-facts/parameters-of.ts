import { Type } from 'typebox';
import { computed, type Field, json } from '../fields.ts';
import type { modelTypes } from '../model-types.ts';

/** The parameters that hang on a row of this kind, shown where it is asked for. */
export const parametersOf = (kind: keyof typeof modelTypes): Field =>
  computed(
    json(Type.Array(Type.Unknown()), { aside: true, help: 'Its parameters, by the name of their template.' }),
    `(SELECT coalesce(json_agg(json_build_object(
        'pk', p.id, 'template', p.template_id,
        'template_detail', json_build_object('pk', pt.id, 'name', pt.name, 'units', pt.units, 'description', pt.description),
        'model_type', p.model_type, 'model_id', p.model_id, 'data', p.data, 'data_numeric', plain_number(p.data),
        'note', p.note) ORDER BY pt.name), '[]')
      FROM parameter AS p JOIN parameter_template AS pt ON pt.id = p.template_id
      WHERE p.model_type = '${kind}' AND p.model_id = {id})`,
  );
