import type { Projection } from '../../store/projection.ts';
import type { Sight } from '../../store/sight.ts';
import { readBoolean } from '../../store/values.ts';
import type { Parameters } from './parse-query.ts';
import type { Spelled } from './spelling.ts';

/** What a row shows, with what the parameters ask for beside it. */
export function projectionFor(spelled: Spelled, parameters: Parameters, sight: Sight): Projection {
  const { expand } = spelled.spelling;
  if (!expand) return spelled.projection;
  const shown = Object.entries(expand).filter(([name, expansion]) => {
    const read = readBoolean(parameters[name] ?? '');
    return 'value' in read ? read.value === true : (expansion.default ?? false);
  });
  return spelled.expanded(new Set(shown.map(([name]) => name)), sight);
}
