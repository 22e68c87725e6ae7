import { Invalid } from '../../store/refusals.ts';
import type { Change } from '../declaration.ts';

/** A hook: the company that a field names is of the kind that its flag says. */
export const mustBe =
  (field: string, flag: 'is_manufacturer' | 'is_supplier', says: string) =>
  async ({ trx, row, before }: Change): Promise<void> => {
    if (row[field] === before?.[field]) return;
    const company = await trx('company').where({ id: row[field] }).first(flag);
    if (company && !company[flag]) throw new Invalid({ [field]: [says] });
  };
