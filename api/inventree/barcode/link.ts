import Type, { type TSchema } from 'typebox';
import { type Answer, type Call, endpoint } from '../../me/endpoint.ts';
import { barcodeHash, longestBarcode } from '../../resources/barcodes.ts';
import type { Action, Resource } from '../../resources/declaration.ts';
import { reference, text } from '../../resources/fields.ts';
import { Invalid, NotFound, rowRule } from '../../store/refusals.ts';
import { Store } from '../../store/store.ts';
import { readValue } from '../../store/values.ts';
import { barcodeText, kinds, pathOf, scopesOf } from './kinds.ts';

/** Gives a row of a resource a barcode that no other row has. */
const linkBarcode = (resource: string): Action => ({
  label: 'Link a barcode',
  input: { barcode: text({ maxLength: longestBarcode }) },
  async run({ trx, before, update }, { barcode }) {
    const data = String(barcode);
    const hash = barcodeHash(data);
    // Two rows of different kinds can't share an index; those who link the same code take turns.
    await trx.raw('SELECT pg_advisory_xact_lock(40, hashtext(?))', [hash]);
    for (const { table } of kinds.values()) {
      const taken = await trx(table).where({ barcode_hash: hash }).first('id');
      if (taken) throw new Invalid({ error: ['Barcode matches existing item'] });
    }
    await update(resource, before?.id as number, { barcode_data: data, barcode_hash: hash });
    return { barcode_data: data, barcode_hash: hash };
  },
});

/** Takes its barcode from a row of a resource. */
const unlinkBarcode = (resource: string): Action => ({
  label: 'Unlink its barcode',
  async run({ before, update }) {
    await update(resource, before?.id as number, { barcode_data: '', barcode_hash: '' });
    return {};
  },
});

// A number, or a text that is one; read by hand.
const row = Type.Optional(Type.Unknown({ description: 'The number of the row, under the word for its kind.' }));
const rows = Object.fromEntries([...kinds.keys()].map((kind) => [kind, row])) as Record<string, TSchema>;

type Body = Record<string, unknown>;

/** The row that a body names. @throws Invalid when it names none */
function named(body: Body): { kind: string; resource: Resource; id: number } {
  for (const [kind, resource] of kinds) {
    if (body[kind] === undefined || body[kind] === null) continue;
    const read = readValue(reference(resource.name), body[kind]);
    if ('error' in read || !(Number(read.value) >= 1 && Number(read.value) <= 2_147_483_647)) {
      throw new Invalid({ [kind]: ['There is no such object.'] });
    }
    return { kind, resource, id: Number(read.value) };
  }
  throw new Invalid({ [rowRule]: [`Missing data: provide one of ${[...kinds.keys()].join(', ')}.`] });
}

async function act(call: Call, { kind, resource, id }: ReturnType<typeof named>, linking: boolean): Promise<Answer> {
  const action = (linking ? linkBarcode : unlinkBarcode)(resource.name);
  const store = new Store(call.services);
  try {
    const done = await store.act(call.principal, resource, id, action, call.body as Body);
    const success = linking ? `Assigned barcode to ${kind} instance` : `Unassigned barcode from ${kind} instance`;
    return { body: { success, ...done, [kind]: { pk: id, api_url: pathOf(resource, id) } } };
  } catch (error) {
    if (error instanceof NotFound) throw new Invalid({ [kind]: ['No matching instance found in the database.'] });
    throw error;
  }
}

export const linkEndpoint = endpoint({
  method: 'post',
  path: '/api/barcode/link/',
  operation: { who: 'signed-in', scopes: scopesOf('change') },
  operationId: 'barcode_link',
  tag: 'inventree',
  summary: 'Link a barcode to a row',
  description: 'It takes the right to change that row. A barcode leads to one row only.',
  body: Type.Object({ barcode: barcodeText, ...rows }),
  responses: { 200: { description: 'Linked', schema: Type.Object({}, { additionalProperties: true }) } },
  handler: (call) => act(call, named(call.body as Body), true),
});

export const unlinkEndpoint = endpoint({
  method: 'post',
  path: '/api/barcode/unlink/',
  operation: { who: 'signed-in', scopes: scopesOf('change') },
  operationId: 'barcode_unlink',
  tag: 'inventree',
  summary: 'Take its barcode from a row',
  description: 'It takes the right to change that row.',
  body: Type.Object(rows),
  responses: { 200: { description: 'Unlinked', schema: Type.Object({}, { additionalProperties: true }) } },
  handler: (call) => act(call, named(call.body as Body), false),
});
