import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import test from 'ava';
import { parse } from 'yaml';
import { spellAll } from '../../api/faces/rest/locate.ts';
import { parseBody } from '../../api/faces/rest/parse-body.ts';
import { orderingsOf } from '../../api/faces/rest/parse-query.ts';
import { offeredAt } from '../../api/faces/rest/spelling.ts';
import { meEndpoints } from '../../api/me/endpoints.ts';
import { resources } from '../../api/resources/index.ts';
import { describeApi } from '../../api/schema/describe-api.ts';
import { methods, type OpenApiDocument } from '../../api/schema/openapi.ts';
import { asJson } from '../../api/schema/print.ts';
import { samplesOf } from '../../api/schema/samples.ts';
import { scopesIn } from '../../api/schema/security.ts';
import { operationFor, operationsOf } from '../../api/store/operation.ts';
import { validate } from '../../api/store/validation.ts';
import { permissions } from '../../shared/access/roles.ts';
import { compileCache } from '../harness/service-process.ts';

const publicUrl = 'https://lab.example';
const spellings = spellAll(resources, publicUrl);
const config = { publicUrl, anonymousRead: 'bookables', instanceName: 'Lab' } as const;
const { document } = describeApi(spellings, config);
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  methods.flatMap((method) => (item[method] ? [{ path, method, operation: item[method] }] : [])),
);

/** A public validator's word on a document, every reference followed. */
async function checked(given: OpenApiDocument): Promise<unknown> {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(given)));
  if (valid) validator.resolveRefs();
  return valid ? null : errors;
}

test('the document is valid OpenAPI 3.1', async (t) => {
  t.is(document.openapi.slice(0, 3), '3.1');
  t.is(await checked(document), null);
});

test('a document that is not valid would be noticed', async (t) => {
  const { info: _, ...broken } = document;
  t.not(await checked(broken as OpenApiDocument), null);
});

test('every reference leads somewhere, and every schema compiles', (t) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'https://lab.example/openapi', ...JSON.parse(JSON.stringify(document)) });
  for (const name of Object.keys(document.components.schemas)) {
    t.notThrows(() => ajv.compile({ $ref: `https://lab.example/openapi#/components/schemas/${name}` }), name);
  }
  const names = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g);
  for (const [, kind = '', name = ''] of names) {
    const there = (document.components as unknown as Record<string, Record<string, unknown>>)[kind];
    t.true(Object.hasOwn(there ?? {}, name), `${kind}/${name}`);
  }
});

test('operation ids are unique and follow the habit of InvenTree’s', (t) => {
  const ids = operations.map(({ operation }) => operation.operationId);
  t.is(new Set(ids).size, ids.length);
  for (const id of [
    'part_list',
    'part_create',
    'part_retrieve',
    'part_update',
    'part_partial_update',
    'part_destroy',
  ]) {
    t.true(ids.includes(id), id);
  }
  for (const id of ['stock_location_list', 'inventory_hostbyid_list', 'user_me_retrieve', 'user_me_roles_retrieve']) {
    t.true(ids.includes(id), id);
  }
});

test('no operation names a parameter twice', (t) => {
  for (const { operation } of operations) {
    const names = (operation.parameters ?? []).map((one) => ('$ref' in one ? one.$ref.split('/').at(-1) : one.name));
    t.is(new Set(names).size, names.length, `${operation.operationId}: ${names.join(' ')}`);
  }
});

test('each operation lists exactly the scopes that are enforced', (t) => {
  for (const { resource, spelling, listPath } of spellings.values()) {
    const enforced = operationsOf(resource, config.anonymousRead);
    const places = {
      view: [
        ['', 'get'],
        ['{id}/', 'get'],
      ],
      add: [['', 'post']],
      change: [
        ['{id}/', 'put'],
        ['{id}/', 'patch'],
      ],
      delete: [['{id}/', 'delete']],
    } as const;
    for (const permission of permissions) {
      for (const [end, method] of places[permission]) {
        const operation = document.paths[listPath + end]?.[method];
        const there = offeredAt(spelling).includes(permission) && (end !== '' || !spelling.rowsOnly);
        t.is(operation !== undefined, there, `${method} ${listPath}${end}`);
        if (operation) t.deepEqual(scopesIn(operation.security), [...enforced[permission].scopes]);
      }
    }
    for (const [name, action] of Object.entries((!spelling.withoutActions && resource.actions) || {})) {
      const operation = document.paths[`${listPath}{id}/${name}/`]?.post;
      t.deepEqual(scopesIn(operation?.security), [...operationFor(resource, action, config.anonymousRead).scopes]);
    }
  }
  for (const { path, also = [], method, operation } of meEndpoints) {
    for (const one of [path, ...also])
      t.deepEqual(scopesIn(document.paths[one]?.[method]?.security), [...operation.scopes]);
  }
});

test('hosts may be read with their view scope, the general one or a superuser’s, each alone enough', (t) => {
  t.deepEqual(document.paths['/api/inventory/host/']?.get?.security, [
    { tokenAuth: [] },
    { basicAuth: [] },
    { cookieAuth: [] },
    { oauth2: ['r:view:host'] },
    { oauth2: ['g:read'] },
    { oauth2: ['a:superuser'] },
  ]);
});

test('what is open without a token is described so, and follows the setting', (t) => {
  const open = (given: OpenApiDocument, path: string) =>
    given.paths[path]?.get?.security?.some((alternative) => Object.keys(alternative).length === 0) ?? false;
  const closed = describeApi(spellings, { ...config, anonymousRead: 'none' }).document;
  const wide = describeApi(spellings, { ...config, anonymousRead: 'all' }).document;
  t.deepEqual(
    [closed, document, wide].map((one) => open(one, '/api/booking/bookable/')),
    [false, true, true],
  );
  t.deepEqual(
    [closed, document, wide].map((one) => open(one, '/api/inventory/host/')),
    [false, false, true],
  );
  t.false(open(wide, '/api/user/'));
});

test('the example of each create fits its schema, and the store takes it', (t) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'https://lab.example/openapi', ...JSON.parse(JSON.stringify(document)) });
  for (const spelled of spellings.values()) {
    for (const [path, method] of [
      [spelled.listPath, 'post'],
      [`${spelled.listPath}{id}/`, 'patch'],
    ] as const) {
      const media = document.paths[path]?.[method]?.requestBody?.content['application/json'];
      if (!media) continue;
      const { $ref } = media.schema as { $ref: string };
      const fits = ajv.compile({ $ref: `https://lab.example/openapi${$ref}` });
      t.true(fits(media.example), `${method} ${path}: ${JSON.stringify(fits.errors)}`);
      t.notThrows(() => validate(spelled.resource, parseBody(spelled, media.example), method === 'post'), path);
      t.true(Object.keys(media.example as object).length > 0, `${method} ${path} has an empty example`);
    }
  }
});

test('each operation comes with a call in curl, Python and JavaScript', (t) => {
  for (const { path, method, operation } of operations) {
    const samples = samplesOf(publicUrl, path, method, operation);
    t.deepEqual(
      samples.map(({ label }) => label),
      ['curl', 'Python', 'JavaScript'],
    );
    t.false(
      samples.some(({ source }) => /https:[^'" ]*[{}]/.test(source)),
      path,
    );
  }
});

test('the document stays small enough to be read at once', (t) => {
  t.true(asJson(document).length < 4_000_000);
});

test('ordering names fields; a field of that name is no filter', (t) => {
  const parts = spellings.get('/api/part/');
  t.truthy(parts);
  if (parts) t.true(orderingsOf(parts).has('name'));
});

const run = promisify(execFile);
const command = join(import.meta.dirname, '..', '..', 'api', 'schema', 'main.ts');
const plainEnvironment = { PATH: process.env.PATH, ...compileCache };

test('the command writes the document as YAML and as JSON, without a database', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'schema-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const options = { cwd: folder, env: plainEnvironment, maxBuffer: 1e8 };
  const output = join(folder, 'api.yaml');
  await run(process.execPath, [command, '--output', output, '--url', 'https://lab.example'], options);
  const written = parse(await readFile(output, 'utf8'));
  t.is(written.servers[0].url, 'https://lab.example');
  t.deepEqual(Object.keys(written.paths), Object.keys(document.paths));
  const { stdout } = await run(process.execPath, [command, '--format', 'json'], options);
  t.is(JSON.parse(stdout).servers[0].url, 'http://localhost:8000');
});

test('the command says what it takes, and refuses what it does not', async (t) => {
  const { stdout } = await run(process.execPath, [command, '--help'], { env: plainEnvironment });
  for (const option of ['--format', '--output', '--url']) t.true(stdout.includes(option));
  for (const args of [['--format', 'xml'], ['--nonsense'], ['--url', 'not a url'], ['--output', '/no/such/folder/x']]) {
    const failed = await t.throwsAsync(
      run(process.execPath, [command, ...args], { cwd: tmpdir(), env: plainEnvironment }),
    );
    const { stderr, code } = failed as unknown as { stderr: string; code: number };
    t.is(code, 1);
    t.is(stderr.trim().split('\n').length, 1, stderr);
  }
});
