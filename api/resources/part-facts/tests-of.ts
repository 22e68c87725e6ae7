import { Type } from 'typebox';
import { computed, type Field, json } from '../fields.ts';

/** How a stock item did in its tests, the latest first, shown where it is asked for. */
export const testsOf: Field = computed(
  json(Type.Array(Type.Unknown()), { aside: true, help: 'Its test results, the latest first.' }),
  `(SELECT coalesce(json_agg(json_build_object(
      'pk', tr.id, 'stock_item', tr.stock_item_id, 'template', tr.template_id, 'test', tt.key, 'test_name', tt.test_name,
      'result', tr.result, 'value', tr.value, 'notes', tr.notes, 'attachment', '/media/' || tr.attachment,
      'date', to_char(tr.date, 'YYYY-MM-DD HH24:MI'), 'user', tr.user_id) ORDER BY tr.date DESC, tr.id DESC), '[]')
    FROM test_result AS tr JOIN test_template AS tt ON tt.id = tr.template_id WHERE tr.stock_item_id = {id})`,
);
