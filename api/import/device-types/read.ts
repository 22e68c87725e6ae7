import { Ajv } from 'ajv';
import { type Static, Type } from 'typebox';
import { ImportProblem } from '../problem.ts';

const name = (longest: number) => Type.String({ minLength: 1, maxLength: longest });

/** One hardware model as the public device-type libraries describe it, reduced to facts. */
const deviceType = Type.Object({
  manufacturer: name(30),
  model: name(100),
  slug: Type.Optional(name(100)),
  part_number: Type.Optional(name(100)),
  u_height: Type.Number({ minimum: 0, maximum: 100, multipleOf: 0.5 }),
  is_full_depth: Type.Optional(Type.Boolean()),
  airflow: Type.Optional(name(30)),
  weight: Type.Optional(Type.Number({ minimum: 0, maximum: 9_999_999 })),
  weight_unit: Type.Optional(name(10)),
  console_ports: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
  interfaces: Type.Optional(
    Type.Array(Type.Object({ name: name(100), type: name(50), mgmt_only: Type.Optional(Type.Boolean()) })),
  ),
  power_ports: Type.Optional(
    Type.Array(
      Type.Object({
        name: name(100),
        type: name(50),
        maximum_draw: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
      }),
    ),
  ),
});
export type DeviceType = Static<typeof deviceType>;

const check = new Ajv({ strict: false }).compile<DeviceType>(deviceType);

/** Reads a list of device types. @throws ImportProblem naming the record and the field */
export function readDeviceTypes(json: unknown): DeviceType[] {
  if (!Array.isArray(json)) throw new ImportProblem('The file', 'a list of device types is required.');
  const seen = new Set<string>();
  return json.map((entry: unknown, n) => {
    const where = `Device type ${n + 1}${nameOf(entry)}`;
    if (!check(entry)) {
      const [error] = check.errors ?? [];
      const missing: unknown = error?.keyword === 'required' ? error.params.missingProperty : undefined;
      const path = [...(error?.instancePath.split('/').slice(1) ?? []), ...(missing ? [String(missing)] : [])].join(
        '.',
      );
      throw new ImportProblem(
        path ? `${where}, field ${path}` : where,
        missing ? 'it is missing.' : `this ${error?.message}.`,
      );
    }
    const key = JSON.stringify([entry.manufacturer, entry.model]);
    if (seen.has(key)) throw new ImportProblem(where, 'this model is in the file twice.');
    seen.add(key);
    return entry;
  });
}

function nameOf(entry: unknown): string {
  const { manufacturer, model } = Object(entry) as { manufacturer?: unknown; model?: unknown };
  const known = [manufacturer, model].filter((one) => typeof one === 'string' && one !== '');
  return known.length > 0 ? ` (${known.join(' ')})` : '';
}
