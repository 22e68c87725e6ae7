import { ImportProblem } from '../problem.ts';
import type { CsvRecord } from '../read-csv.ts';

/** A beginning of MAC addresses, in hexadecimal, and whom it was given to. */
export interface MacVendor extends Readonly<Record<string, unknown>> {
  readonly prefix: string;
  readonly vendor: string;
}

const longestName = 300;
const prefixColumn = 'Assignment';
const vendorColumn = 'Organization Name';

/**
 * Reads a register of the IEEE: MA-L, MA-M or MA-S. A few old beginnings were given to several; all are named.
 * @throws ImportProblem naming the line
 */
export function readMacVendors(records: readonly CsvRecord[]): MacVendor[] {
  const first = records[0];
  if (!first || !(prefixColumn in first.values && vendorColumn in first.values)) {
    throw new ImportProblem('The file', `a register with ${prefixColumn} and ${vendorColumn} is required.`);
  }
  const vendors = new Map<string, Set<string>>();
  for (const { line, values } of records) {
    const prefix = (values[prefixColumn] ?? '').toLowerCase();
    const vendor = values[vendorColumn] ?? '';
    if (!/^([0-9a-f]{6}|[0-9a-f]{7}|[0-9a-f]{9})$/.test(prefix)) {
      throw new ImportProblem(`Line ${line}, ${prefixColumn}`, '6, 7 or 9 hexadecimal digits are required.');
    }
    if (!vendor || vendor.includes('\0'))
      throw new ImportProblem(`Line ${line}, ${vendorColumn}`, 'a name is required.');
    vendors.set(prefix, (vendors.get(prefix) ?? new Set()).add(vendor));
  }
  return [...vendors].map(([prefix, names]) => ({ prefix, vendor: [...names].join(' / ').slice(0, longestName) }));
}
