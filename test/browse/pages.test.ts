import test from 'ava';
import { csrfToken, sessionCookie, startSession } from '../../shared/identity/sessions.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

// People with nothing but a browser: cookies, plain forms, no script.
let q: Running;
let engineer: Browser;
let reader: Browser;
let hardware: number;

interface Page {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
}

interface Browser {
  readonly person: TestPerson;
  readonly csrf: string;
  see(path: string): Promise<Page>;
  send(path: string, fields: Record<string, string | string[]>, headers?: Record<string, string>): Promise<Page>;
}

const html = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

async function read(response: Response): Promise<Page> {
  return { status: response.status, html: await response.text(), headers: response.headers };
}

async function browserOf(person: TestPerson): Promise<Browser> {
  const cookie = await startSession(q.knex, { userId: person.id, idleHours: 1, address: null, userAgent: null });
  const csrf = csrfToken(q.services.config.secretKey, cookie);
  const own = { ...html, cookie: `${sessionCookie}=${cookie}` };
  return {
    person,
    csrf,
    see: async (path) => read(await q.fetch(path, { headers: own })),
    send: async (path, fields, headers = { 'sec-fetch-site': 'same-origin' }) => {
      const body = new URLSearchParams();
      for (const [name, values] of Object.entries(fields)) for (const one of [values].flat()) body.append(name, one);
      return read(await q.fetch(path, { method: 'POST', body, headers: { ...own, ...headers } }));
    },
  };
}

const visit = async (path: string): Promise<Page> => read(await q.fetch(path, { headers: html }));

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescaped = (text: string) => text.replaceAll(/&(\w+|#39);/g, (whole, name: string) => entities[name] ?? whole);

/** The JSON that a page shows underneath, read again. */
function shownJson(page: Page): unknown {
  const code = /<code id="json">([\s\S]*?)<\/code>/.exec(page.html)?.[1] ?? '';
  return JSON.parse(unescaped(code));
}

/** What the form to `path` would send if nobody touched it: hidden fields, inputs, selects. */
function formOf(page: Page, path: string, method = ''): Record<string, string | string[]> {
  const forms = [...page.html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)];
  const found = forms.find(
    ([, action, inner = '']) =>
      action === path && inner.includes('csrfmiddlewaretoken') && (!method || inner.includes(`value="${method}"`)),
  );
  const inner = found?.[2] ?? '';
  const fields: Record<string, string | string[]> = {};
  const add = (name: string, value: string) => {
    const before = fields[name];
    fields[name] = before === undefined ? value : [before, value].flat();
  };
  for (const [, tag = '', attributes = '', content = ''] of inner.matchAll(
    /<(input|textarea|select)\b([^>]*)>(?:([\s\S]*?)<\/\1>)?/g,
  )) {
    const name = /\bname="([^"]*)"/.exec(attributes)?.[1];
    if (!name) continue;
    if (tag === 'select') {
      const options = [...content.matchAll(/<option value="([^"]*)"( selected)?>/g)];
      const selected = options.filter(([, , chosen]) => chosen);
      const chosen = selected.length > 0 || attributes.includes('multiple') ? selected : options.slice(0, 1);
      for (const [, value = ''] of chosen) add(name, unescaped(value));
    } else if (tag === 'textarea') add(name, unescaped(content.replace(/^\n/, '')));
    else if (!attributes.includes('type="checkbox"') || attributes.includes(' checked')) {
      add(name, unescaped(/\bvalue="([^"]*)"/.exec(attributes)?.[1] ?? ''));
    }
  }
  return fields;
}

test.before(async () => {
  q = await start();
  const all = ['view', 'add', 'change', 'delete'] as const;
  const view = ['view'] as const;
  const roles = { host: all, location: all, booking: all, part_category: all, stock_location: all };
  engineer = await browserOf(await q.person({ username: 'engineer', rights: roles }));
  reader = await browserOf(await q.person({ username: 'reader', rights: { host: view, location: view } }));
  const [type] = await q.knex('host_type').insert({ name: 'Server' }).returning('id');
  const [made] = await q.knex('host_hardware').insert({ name: 'R750', host_type_id: type.id }).returning('id');
  hardware = made.id;
});
test.after.always(() => q?.close());

async function makeHost(hostname: string): Promise<number> {
  const [row] = await q.knex('host').insert({ hostname, hardware_id: hardware }).returning('id');
  return row.id;
}

test('a browser gets a page, a program at the same address gets JSON', async (t) => {
  await makeHost('both-01');
  const page = await reader.see('/api/inventory/host/?hostname=both-01');
  t.is(page.status, 200);
  t.regex(page.headers.get('content-type') ?? '', /^text\/html/);
  t.regex(page.html, /<table/);
  t.regex(page.html, /<caption>/);
  t.true(page.html.includes('>both-01</a>'));
  const token = await q.tokenFor(reader.person);
  const { body, headers } = await q.json('/api/inventory/host/?hostname=both-01&limit=25', { as: token });
  t.is(headers.get('content-type'), 'application/json');
  t.deepEqual(shownJson(page), body);
  const asJson = await q.fetch('/api/inventory/host/?format=json', { as: token, headers: html });
  t.is(asJson.headers.get('content-type'), 'application/json');
});

test('a row is shown with what it refers to by name, and the same answer underneath', async (t) => {
  const id = await makeHost('row-01');
  for (const path of ['inventory/host', 'inventory/hostbyid']) {
    const page = await reader.see(`/api/${path}/${id}/`);
    t.regex(page.html, /<dl class="facts">/);
    t.true(page.html.includes('[Server] R750'));
    const { body } = await q.json(`/api/${path}/${id}/`, { as: await q.tokenFor(reader.person) });
    t.deepEqual(shownJson(page), body);
  }
});

test('the scopes that an address takes are said in words', async (t) => {
  const page = await reader.see('/api/inventory/host/');
  t.true(page.html.includes('View hosts, their hardware, cards and network interfaces'));
  t.true(page.html.includes('r:view:host'));
});

test('pages run nothing that is not ours', async (t) => {
  for (const path of ['/', '/api/', '/api/inventory/host/', '/api-doc/', '/api-doc/hosts/', '/nowhere']) {
    const { headers, html: text } = await reader.see(path);
    const policy = headers.get('content-security-policy') ?? '';
    t.true(policy.includes("script-src 'self'"), path);
    t.false(policy.includes('unsafe'), path);
    t.notRegex(text, / style="| on[a-z]+="|<script>|<style/, path);
    t.notRegex(text, /(?:src|<link[^>]*href)="https?:/, path);
  }
});

test('forms are offered to those who may use them', async (t) => {
  const id = await makeHost('forms-01');
  const list = [await reader.see('/api/inventory/host/'), await engineer.see('/api/inventory/host/')];
  t.deepEqual(
    list.map((page) => page.html.includes('Create host')),
    [false, true],
  );
  const row = [await reader.see(`/api/inventory/host/${id}/`), await engineer.see(`/api/inventory/host/${id}/`)];
  t.deepEqual(
    row.map((page) => page.html.includes('Save changes')),
    [false, true],
  );
  t.deepEqual(
    row.map((page) => page.html.includes('Delete host</button>')),
    [false, true],
  );
});

for (const path of ['/api/inventory/host/', '/api/inventory/hostbyid/']) {
  test(`a host is made, changed and deleted with forms at ${path}`, async (t) => {
    const name = path.includes('byid') ? 'made-by-id' : 'made-by-link';
    const form = formOf(await engineer.see(path), path);
    const choice = path.includes('byid') ? String(hardware) : `/api/inventory/hosthardware/${hardware}/`;
    const made = await engineer.send(path, {
      ...form,
      hostname: name,
      hardware: choice,
      hypervisor: ['false', 'true'],
    });
    t.is(made.status, 303);
    const location = made.headers.get('location') ?? '';
    const rowPath = location.replace(/\?.*/, '');
    t.regex(rowPath, new RegExp(`^${path}\\d+/$`));
    const page = await engineer.see(location);
    t.true(page.html.includes('Created.'));
    t.true(page.html.includes(name));
    const row = () => q.knex('host').where({ hostname: name }).first();
    t.true((await row()).hypervisor);

    const change = formOf(page, rowPath, 'PATCH');
    // Somebody else writes another field meanwhile; it is not undone.
    await q.knex('host').where({ hostname: name }).update({ asset_no: 'A-1' });
    const changed = await engineer.send(rowPath, { ...change, details: 'Behind the door' });
    t.is(changed.status, 303);
    const { details, asset_no, hypervisor, hardware_id } = await row();
    t.deepEqual(
      { details, asset_no, hypervisor, hardware_id },
      { details: 'Behind the door', asset_no: 'A-1', hypervisor: true, hardware_id: hardware },
    );
    const audited = await q
      .knex('audit_entries')
      .where({ resource: 'host', action: 'update', object_id: (await row()).id })
      .orderBy('id', 'desc')
      .first();
    t.deepEqual(Object.keys(audited.changes), ['details']);

    const deleted = await engineer.send(rowPath, formOf(await engineer.see(rowPath), rowPath, 'DELETE'));
    t.is(deleted.status, 303);
    t.is(deleted.headers.get('location'), `${path}?done=deleted`);
    t.is(await row(), undefined);
    t.is((await engineer.see(rowPath)).status, 404);
  });
}

test('a form that is refused says why beside the field and keeps what was typed', async (t) => {
  await makeHost('taken-01');
  const path = '/api/inventory/host/';
  const form = formOf(await engineer.see(path), path);
  const page = await engineer.send(path, {
    ...form,
    hostname: 'taken-01',
    ip: 'not <an> address',
    details: 'kept & shown',
    hardware: `/api/inventory/hosthardware/${hardware}/`,
  });
  t.is(page.status, 400);
  t.regex(page.html, /id="form-ip-error"/);
  t.true(page.html.includes('An IP address is required'));
  t.true(page.html.includes('value="not &lt;an&gt; address"'));
  t.true(page.html.includes('value="kept &amp; shown"'));
  const again = formOf(page, path);
  t.is(again.hostname, 'taken-01');
  t.is(again.hardware, `/api/inventory/hosthardware/${hardware}/`);
  const clash = await engineer.send(path, { ...again, ip: '' });
  t.is(clash.status, 400);
  t.true(clash.html.includes('Another host has this name already.'));
});

test('a change that is refused keeps what the form showed at first, so that the next try writes no more', async (t) => {
  await makeHost('first-01');
  const id = await makeHost('second-01');
  const path = `/api/inventory/hostbyid/${id}/`;
  const form = formOf(await engineer.see(path), path, 'PATCH');
  const refused = await engineer.send(path, { ...form, hostname: 'first-01' });
  t.is(refused.status, 400);
  await q.knex('host').where({ id }).update({ details: 'written meanwhile' });
  const changed = await engineer.send(path, { ...formOf(refused, path, 'PATCH'), hostname: 'third-01' });
  t.is(changed.status, 303);
  const { hostname, details } = await q.knex('host').where({ id }).first();
  t.deepEqual({ hostname, details }, { hostname: 'third-01', details: 'written meanwhile' });
});

test('what is required and left empty is named', async (t) => {
  const path = '/api/inventory/nicbyid/';
  const page = await engineer.send(path, { ...formOf(await engineer.see(path), path), mac: '' });
  t.is(page.status, 400);
  t.true(page.html.includes('id="form-mac-error"'));
});

test('a form without the token of its page is refused', async (t) => {
  const id = await makeHost('forged-01');
  const path = `/api/inventory/host/${id}/`;
  const fields = { _method: 'DELETE' };
  t.is((await engineer.send(path, fields)).status, 403);
  t.is((await engineer.send(path, { ...fields, csrfmiddlewaretoken: reader.csrf })).status, 403);
  const elsewhere = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
  const page = await engineer.send(path, { ...fields, csrfmiddlewaretoken: engineer.csrf }, elsewhere);
  t.is(page.status, 403);
  t.regex(page.headers.get('content-type') ?? '', /^text\/html/);
  t.truthy(await q.knex('host').where({ id }).first());
});

test('a form does not let people do what their roles do not', async (t) => {
  const id = await makeHost('not-mine-01');
  const path = `/api/inventory/host/${id}/`;
  const page = await reader.send(path, { _method: 'DELETE', csrfmiddlewaretoken: reader.csrf });
  t.is(page.status, 403);
  t.true(page.html.includes('Not allowed'));
  t.truthy(await q.knex('host').where({ id }).first());
});

test('a name full of markup is shown as it is and does nothing', async (t) => {
  const evil = `"><script>alert('x')</script>`;
  const id = await makeHost(evil);
  for (const path of [
    `/api/inventory/host/${id}/`,
    '/api/inventory/host/?search=script',
    '/api/inventory/nic/',
    `/api/inventory/host/?search=${encodeURIComponent(evil)}`,
  ]) {
    const page = await engineer.see(path);
    t.is(page.status, 200);
    t.false(page.html.includes('<script>'), path);
    t.true(page.html.includes('&lt;script&gt;alert'), path);
  }
});

test('a link that is no web address is text', async (t) => {
  const admin = await browserOf(await q.person({ username: 'store', rights: { part: ['view', 'add', 'change'] } }));
  const [good, bad] = await q
    .knex('part')
    .insert([
      { name: 'a', link: 'https://example.org/x' },
      { name: 'b', link: 'javascript:alert(1)' },
    ])
    .returning('id');
  t.true((await admin.see(`/api/part/${good.id}/`)).html.includes('href="https://example.org/x"'));
  t.notRegex((await admin.see(`/api/part/${bad.id}/`)).html, /href="javascript:/);
});

test('without signing in, what is protected is a page that leads to the sign-in and back', async (t) => {
  const page = await visit('/api/inventory/host/?search=x');
  t.is(page.status, 401);
  t.true(page.html.includes(`/accounts/login/?next=${encodeURIComponent('/api/inventory/host/?search=x')}`));
  t.is((await visit('/api/booking/bookable/')).status, 200);
});

test('what is not there is a page that says so', async (t) => {
  for (const path of ['/api/inventory/host/999999/', '/api/nothing/', '/nothing']) {
    const page = await engineer.see(path);
    t.is(page.status, 404);
    t.regex(page.html, /<h1>/);
  }
});

test('the filter form shows what the address says, in whatever words, and keeps what it has no choice for', async (t) => {
  const all = await browserOf(await q.person({ username: 'everything', superuser: true }));
  const page = await all.see('/api/booking/bookable/?active=1&free=True&status=active&lab=3,4');
  const chosen = [...page.html.matchAll(/<select[^>]*name="(\w+)"[^>]*>([\s\S]*?)<\/select>/g)].flatMap(
    ([, name, options]) => {
      const value = /value="([^"]*)" selected/.exec(options ?? '')?.[1];
      return value ? [`${name}=${value}`] : [];
    },
  );
  const wanted = ['active=true', 'free=true', 'lab=3,4', 'status=active'];
  t.deepEqual(
    wanted.filter((one) => !chosen.includes(one)),
    [],
  );
});

test('a filter that makes no sense is a page that names it', async (t) => {
  const page = await engineer.see('/api/inventory/host/?lab=abc');
  t.is(page.status, 400);
  t.true(page.html.includes('lab'));
});

test('long lists come in pages that lead to each other', async (t) => {
  await Promise.all(Array.from({ length: 30 }, (_, n) => makeHost(`many-${String(n).padStart(2, '0')}`)));
  const first = await engineer.see('/api/inventory/host/?search=many-');
  t.true(first.html.includes('1–25 of 30'));
  const next = unescaped(/rel="next" href="([^"]*)"/.exec(first.html)?.[1] ?? '');
  const second = await engineer.see(`/api/inventory/host/${next}`);
  t.true(second.html.includes('26–30 of 30'));
  t.true(second.html.includes('many-29'));
  t.regex(second.html, /rel="prev"/);
});

test('what is too much for a list to choose from is given by number, with a way to look it up', async (t) => {
  const rows = Array.from({ length: 201 }, (_, n) => ({ name: `Type ${n}` }));
  const few = await engineer.see('/api/inventory/cardbyid/');
  t.regex(few.html, /<select class="input" id="new-cardtype"/);
  await q.knex('card_type').insert(rows);
  const many = await engineer.see('/api/inventory/cardbyid/');
  t.regex(many.html, /<input class="input" id="new-cardtype" name="cardtype" type="number"/);
  t.true(many.html.includes('Look through card types'));
});

test('people book for themselves and cancel with forms, and moments carry their zone', async (t) => {
  const id = await makeHost('bookable-01');
  await q.knex('host').where({ id }).update({ status: 'active' });
  const [bookable] = await q.knex('bookable').insert({ host_id: id, status: 'active' }).returning('id');
  const path = '/api/booking/booking/';
  const form = formOf(await engineer.see(path), path);
  const made = await engineer.send(path, {
    ...form,
    start: '2030-01-14T09:00',
    end: '2030-01-15T17:00',
    comment: 'By form',
    bookable: String(bookable.id),
  });
  t.is(made.status, 303, made.html.match(/class="error"[^<]*<?[^<]*/)?.[0]);
  const rowPath = (made.headers.get('location') ?? '').replace(/\?.*/, '');
  const page = await engineer.see(rowPath);
  t.true(page.html.includes('14 Jan 2030, 09:00 UTC'));
  t.true((await engineer.see('/')).html.includes('bookable-01'));
  const cancelled = await engineer.send(`${rowPath}cancel/`, { csrfmiddlewaretoken: engineer.csrf });
  t.is(cancelled.status, 303);
  t.is(cancelled.headers.get('location'), `${path}?done=done`);
  t.is((await engineer.see(rowPath)).status, 404);
});

test('the start page says what this is, and to those who are signed in how the lab stands', async (t) => {
  const stranger = await visit('/');
  t.is(stranger.status, 200);
  t.true(stranger.html.includes('/accounts/login/'));
  t.true(stranger.html.includes('/api-doc/'));
  const page = await engineer.see('/');
  t.true(page.html.includes('Hello, engineer'));
  t.true(page.html.includes('/api/inventory/host/'));
});

test('the API pages show every group of operations and find them by words', async (t) => {
  const overview = await visit('/api-doc/');
  t.is(overview.status, 200);
  const groups = [...new Set([...overview.html.matchAll(/href="\/api-doc\/([a-z-]+)\/"/g)].map(([, slug]) => slug))];
  t.true(groups.length > 15);
  for (const slug of groups) {
    const page = await visit(`/api-doc/${slug}/`);
    t.is(page.status, 200, slug);
    for (const language of ['curl', 'Python', 'JavaScript']) t.true(page.html.includes(`>${language}</label>`), slug);
  }
  const found = await visit('/api-doc/?q=cancel');
  t.true(found.html.includes('/api/booking/booking/{id}/cancel/'));
  t.false(found.html.includes('#part_list'));
  const odd = await visit(`/api-doc/?q=${encodeURIComponent('<img src=x>')}`);
  t.false(odd.html.includes('<img src=x>'));
  t.is((await visit('/api/docs')).headers.get('location'), '/api-doc/');
  t.is((await visit('/api-doc/nothing/')).status, 404);
});
