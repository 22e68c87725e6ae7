#!/usr/bin/env node
// A day in the lab through Qore's API: find a host, book it, move stock, read the log of what was done.
//
// Usage: QUARTERMASTER_URL=http://127.0.0.1:8000 QUARTERMASTER_TOKEN='12|qore_…' node qore.js
// The token is made on the page /api_tokens and shown there once.

const api = `${process.env.QUARTERMASTER_URL ?? 'http://127.0.0.1:8000'}/api`;
const token = process.env.QUARTERMASTER_TOKEN ?? '';

/** Sends a request; answers what came back, or throws what the server said. */
async function call(method, path, body, headers = {}) {
  const response = await fetch(`${api}/${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Rows of a table by their values alone. */
const rows = async (name, asked) =>
  (await call('POST', `resources/${name}/table/${name}`, asked, { Prefer: 'return=minimal' })).data;

// Log in: the token says who it is.
const me = await call('GET', 'me');
console.log(`Signed in as ${(me.data ?? me).name}`);

// Find a host that is free now and book it for two hours.
const [bookable] = await rows('bookables', { tab: 'free', per_page: 1 });
if (!bookable) throw new Error('No host is free right now.');
const start = new Date();
const { data: booking } = await call('POST', 'resources/bookings', {
  bookable: bookable.id,
  start: start.toISOString(),
  end: new Date(start.getTime() + 2 * 3_600_000).toISOString(),
  comment: 'Firmware update',
});
console.log(`Booked bookable ${bookable.id} as booking ${booking.id}`);

// Move stock: one field of one row.
const [item] = await rows('stock_items', { per_page: 1 });
const places = await rows('stock_locations', { per_page: 10 });
const place = places.find(({ id, structural }) => id !== item?.location && !structural);
if (!item || !place) throw new Error('There is no stock, or nowhere to move it.');
await call('PUT', `resources/stock_items/${item.id}/inline/location`, { location: place.id });
console.log(`Stock item ${item.id} lies in ${place.name} now`);

// Read the log: who changed what, and what it was before.
const { data: log } = await call('GET', `resources/stock_items/logs/${item.id}`);
for (const { created_at, event, causer, properties } of log.slice(0, 5)) {
  console.log(`${created_at} ${causer?.label} ${event} ${Object.keys(properties.attributes ?? {}).join(', ')}`);
}

// Find it all again by a word.
const { data: found } = await call('GET', `global-search?query=${encodeURIComponent(place.name)}`);
for (const { label, results } of found) console.log(`${label}: ${results.map((one) => one.label).join(', ')}`);

// Give the host back and log out: the token, whose number stands before its bar, ends here and now.
await call('POST', `resources/bookings/actions/end/${booking.id}`, {});
await call('DELETE', `user/tokens/${token.split('|')[0]}/`);
console.log('Done');
