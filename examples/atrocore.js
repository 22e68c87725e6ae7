#!/usr/bin/env node
// A day in the lab through AtroCore's API: find a host, book it, move stock, read its history.
//
// Usage: QUARTERMASTER_URL=http://127.0.0.1:8000 QUARTERMASTER_USERNAME=ada QUARTERMASTER_PASSWORD=… node atrocore.js

const api = `${process.env.QUARTERMASTER_URL ?? 'http://127.0.0.1:8000'}/api/v1`;
const username = process.env.QUARTERMASTER_USERNAME ?? '';
let secret = process.env.QUARTERMASTER_PASSWORD ?? '';

/** Sends a request; answers what came back, or throws the reason of a refusal. */
async function call(method, path, body) {
  const response = await fetch(`${api}/${path}`, {
    method,
    headers: {
      'Content-Type': 'application/json',
      'Espo-Authorization': Buffer.from(`${username}:${secret}`).toString('base64'),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) {
    const reason = response.headers.get('X-Status-Reason') ?? text;
    throw Object.assign(new Error(`${method} ${path}: ${response.status} ${reason}`), { status: response.status });
  }
  return text ? JSON.parse(text) : null;
}

/** A moment as AtroCore writes it, in UTC. */
const moment = (date) => date.toISOString().slice(0, 19).replace('T', ' ');

// Log in: name and password get a token, which takes the password's place.
const { token, user } = await call('GET', 'App/user');
secret = token;
console.log(`Signed in as ${user.userName}`);

// Find hosts that are free: active, and in nobody's hands.
const query = new URLSearchParams({ maxSize: '5', primaryFilter: 'free' });
const { list: free } = await call('GET', `Bookable?${query}`);

// Book one for two hours. Somebody else may have been quicker: then the next one will do.
const start = new Date();
const end = new Date(start.getTime() + 2 * 3_600_000);
let booking = null;
for (const bookable of free) {
  try {
    booking = await call('POST', 'Booking', {
      bookableId: bookable.id,
      start: moment(start),
      end: moment(end),
      comment: 'Calibration',
    });
    break;
  } catch (error) {
    if (error.status !== 409) throw error;
    console.log(`${bookable.name} is not to be had: ${error.message}`);
  }
}
if (!booking) throw new Error('No host is free for the next two hours.');
console.log(`Booked ${booking.name} until ${booking.end}`);

// Move stock to another place.
const { list: items } = await call('GET', 'StockItem?maxSize=1&where[0][type]=isTrue&where[0][attribute]=inStock');
const { list: places } = await call(
  'GET',
  'StockLocation?maxSize=10&where[0][type]=isFalse&where[0][attribute]=structural',
);
const [item] = items;
const place = places.find(({ id }) => id !== item?.locationId);
if (!item || !place) throw new Error('There is no stock, or nowhere to move it.');
const moved = await call('PATCH', `StockItem/${item.id}`, { locationId: place.id });
console.log(`${moved.name} lies in ${moved.locationName} now`);

// Read the log: every change left an entry.
const { list: entries } = await call('GET', `StockItem/${item.id}/stockTracking?maxSize=5`);
for (const entry of entries) console.log(`${entry.date} ${entry.label}`);

// Give the host back and log out: the token ends here and now.
await call('POST', 'Booking/action/end', { id: booking.id });
await call('POST', 'App/action/destroyAuthToken', { token });
console.log('Done');
