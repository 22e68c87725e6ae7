import test from 'ava';
import fc from 'fast-check';
import { loadSampleLab } from '../../api/sample/index.ts';
import { type Running, start } from '../harness/index.ts';
import { contentTypes, inAddress, oddHeaders, query, rawBody, value } from './junk.ts';
import { type Answered, leakIn, type Sent, send } from './wire-request.ts';

/** The same requests each time; another seed for other ones. */
const seed = Number(process.env.FUZZ_SEED ?? 20_260_131);
const count = Number(process.env.FUZZ_REQUESTS ?? 20_000);
/** How many are on their way at once. */
const together = 12;

interface Schema {
  $ref?: string;
  properties?: Record<string, unknown>;
}
interface Operation {
  name: string;
  method: string;
  path: string;
  /** What it may answer, and the content types of that. */
  answers: ReadonlyMap<number, readonly string[]>;
  parameters: string[];
  /** Whether it says that it takes a body. */
  takesBody: boolean;
  fields: string[];
  example: Record<string, unknown>;
}
interface Document {
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string;
        responses: Record<string, { content?: Record<string, unknown> }>;
        parameters?: { name?: string; $ref?: string }[];
        requestBody?: { content?: Record<string, { schema?: Schema; example?: Record<string, unknown> }> };
      }
    >
  >;
  components: { schemas: Record<string, Schema>; parameters: Record<string, { name: string }> };
}

let q: Running;
let operations: Operation[];
let callers: (string | null)[];

test.before(async () => {
  q = await start();
  await loadSampleLab(q.services);
  // Ids that junk hits belong to others, so that nobody deletes the callers.
  await q.knex.raw('ALTER SEQUENCE users_id_seq RESTART 7000; ALTER SEQUENCE api_tokens_id_seq RESTART 7000');
  const keeper = await q.person({ username: 'fuzzer', superuser: true });
  const bearer = await q.bearerFor(keeper, ['a:superuser']);
  callers = [`Token ${await q.tokenFor(keeper)}`, `Bearer ${bearer}`, null];
  const { body } = await q.json<Document>('/api/schema/?format=json');
  operations = operationsOf(body);
});
test.after.always(() => q?.close());

function operationsOf({ paths, components }: Document): Operation[] {
  const last = (ref: string) => ref.split('/').at(-1) ?? '';
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => /^(get|post|put|patch|delete)$/.test(method))
      .map(([method, { operationId, responses, parameters = [], requestBody }]) => {
        const content = requestBody?.content?.['application/json'];
        const schema = content?.schema?.$ref ? components.schemas[last(content.schema.$ref)] : content?.schema;
        return {
          name: operationId,
          method: method.toUpperCase(),
          path,
          answers: new Map(
            Object.entries(responses).map(([status, { content }]) => [
              Number(status),
              Object.keys(content ?? { 'application/json': {} }),
            ]),
          ),
          parameters: parameters.flatMap(
            ({ name, $ref }) => name ?? components.parameters[last($ref ?? '')]?.name ?? [],
          ),
          takesBody: requestBody !== undefined,
          fields: Object.keys(schema?.properties ?? {}),
          example: content?.example ?? {},
        };
      }),
  );
}

const pathId = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 12 }).map(String) },
  { weight: 2, arbitrary: inAddress.map((part) => part.replaceAll(/[/?#\s]/g, '') || '0') },
);

const authorizations = [
  'Bearer',
  'Bearer ',
  'Bearer a.b.c',
  'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
  'Bearer 99999999999|qore_x',
  'Bearer 1|1|1|1111111111111111111',
  'Token',
  'Token inv-0000000000000000000000000000000000000000-20260101',
  `Token ${'f'.repeat(32)}`,
  `Token ${'x'.repeat(5000)}`,
  'Basic',
  'Basic !!!',
  'Basic Og==',
  'Basic AAA6AAA=',
  'Digest username="x"',
  'Negotiate',
  ',,,',
  '\u00e4',
];

/** Once in so many times; else null. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>, times: number): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

/** Whether a path can be read at all. */
function isPath(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}

interface Asked extends Sent {
  /** What was meant; null when it was sent as no client would who read of it: by another method, with a body that it does not take. */
  readonly operation: Operation | null;
}

/** One request: mostly what the operation takes, with something broken in it. */
const requests = (): fc.Arbitrary<Asked> =>
  fc.constantFrom(...operations).chain((operation) =>
    fc
      .record({
        ids: fc.array(pathId, { minLength: 3, maxLength: 3 }),
        query: query(operation.parameters),
        caller: fc.constantFrom(...callers, ...callers.slice(0, 2)),
        authorization: seldom(fc.constantFrom(...authorizations), 10),
        odd: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: oddHeaders }),
        method: seldom(
          fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE', 'PROPFIND', 'TRACE', 'QUERY'),
          12,
        ),
        fields: fc.dictionary(fc.constantFrom('x', '__proto__', 'id', ...operation.fields), value, { maxKeys: 4 }),
        raw: seldom(rawBody, 8),
        type: fc.oneof(
          { weight: 6, arbitrary: fc.constant('application/json') },
          { weight: 1, arbitrary: fc.constantFrom(...contentTypes) },
        ),
      })
      .map(({ ids, query, caller, authorization, odd, method, fields, raw, type }) => {
        let n = 0;
        const path = operation.path.replaceAll(/\{[^}]+\}/g, () => ids[n++ % 3] ?? '1');
        const as = authorization ?? caller;
        const writes = /POST|PUT|PATCH/.test(method ?? operation.method);
        const isPlain = raw === null && type === 'application/json' && !Object.hasOwn(fields, '__proto__');
        const isMeant =
          (method ?? operation.method) === operation.method &&
          !('x-http-method-override' in odd) &&
          isPath(path) &&
          (operation.takesBody || ((!writes || isPlain) && !('content-type' in odd) && !('content-encoding' in odd)));
        return {
          operation: isMeant ? operation : null,
          method: method ?? operation.method,
          path: query ? `${path}?${query}` : path,
          headers: { ...(as && { authorization: as }), 'content-type': type, ...odd },
          body: writes ? (raw ?? JSON.stringify({ ...operation.example, ...fields })) : null,
        };
      }),
  );

function check({ method, path, operation }: Asked, { status, headers, text }: Answered): string | null {
  if (status >= 500) return `${status}: ${text.slice(0, 300)}`;
  if (operation && !operation.answers.has(status))
    return `${operation.name} answers ${status}, which is not documented`;
  const leak = leakIn(text);
  if (leak) return `tells of our insides: ${leak}`;
  const type = headers['content-type'] ?? '';
  if (!text || method === 'HEAD' || /html|yaml/.test(type) || /^\/api\/(?:docs?|api-doc|schema)\b/.test(path))
    return null;
  const types = operation?.answers.get(status) ?? ['application/json'];
  if (!types.includes(type)) return `content type ${type}: ${text.slice(0, 200)}`;
  if (type !== 'application/json') return null;
  try {
    JSON.parse(text);
  } catch {
    return `no JSON: ${text.slice(0, 200)}`;
  }
  return null;
}

test('whatever is sent to whatever operation, it answers as the document says: in time, no 5xx, and nothing of our insides', async (t) => {
  t.timeout(300_000);
  t.log(`seed ${seed}; FUZZ_SEED and FUZZ_REQUESTS choose others`);
  const statuses = new Map<number, number>();
  const met = new Set<string>();
  /** Each kind of problem with the first request that met it. */
  const problems = new Map<string, string>();
  const ask = async (asked: Asked) => {
    const answer = await send(q.url, asked).catch((error: Error) => error);
    if (asked.operation) met.add(asked.operation.name);
    if (!(answer instanceof Error)) statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const problem = answer instanceof Error ? answer.message : check(asked, answer);
    const { operation: _, ...sent } = asked;
    if (!problem || problems.has(problem)) return;
    const answered = answer instanceof Error ? '' : answer.text.slice(0, 300);
    problems.set(problem, `${answered} to ${JSON.stringify(sent).slice(0, 1500)}`);
  };
  const several = fc.array(requests(), { minLength: together, maxLength: together });
  await fc.assert(
    fc.asyncProperty(several, async (asked) => {
      await Promise.all(asked.map(ask));
    }),
    { seed, numRuns: Math.ceil(count / together), endOnFailure: true },
  );
  const total = [...statuses.values()].reduce((sum, n) => sum + n, 0);
  t.log(
    `${total} requests to ${met.size} of ${operations.length} operations: ${[...statuses]
      .sort()
      .map(([status, n]) => `${n} × ${status}`)
      .join(', ')}`,
  );
  t.deepEqual([...problems], []);
  t.true(total >= count);
  t.true((statuses.get(200) ?? 0) > total / 20, 'enough of it was taken in earnest');
  t.is((await q.fetch('/api/user/me/', { as: callers[0] ?? '' })).status, 200);
});
