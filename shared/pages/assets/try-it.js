// Plays the part of an application in the authorization code flow with PKCE, and shows each step.

const kept = 'try-it';
const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const sha256 = async (text) => base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));

async function begin(form) {
  const { client, name, back, confidential, issuer, redirect } = form.dataset;
  const run = { client, name, back, confidential, issuer, redirect, verifier: random(), state: random() };
  const challenge = await sha256(run.verifier);
  const request = () => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client,
      redirect_uri: redirect,
      scope: form.elements.scope.value,
      state: run.state,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...(form.elements.prompt.value && { prompt: form.elements.prompt.value }),
    });
    return `${issuer}/authorize/?${query}`;
  };
  const show = () => {
    form.querySelector('[data-request]').textContent = request().replaceAll(/[?&]/g, '\n  $&');
  };
  form.addEventListener('input', show);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem(kept, JSON.stringify({ ...run, secret: form.elements.secret?.value ?? '' }));
    location.assign(request());
  });
  show();
  form.hidden = false;
}

async function end(page) {
  // In the language of the page.
  const says = JSON.parse(page.dataset.says);
  const run = JSON.parse(sessionStorage.getItem(kept) ?? 'null');
  sessionStorage.removeItem(kept);
  const came = new URLSearchParams(location.search);
  // The code is of use once and for a minute; it need not stay in the history.
  history.replaceState(null, '', location.pathname);
  const step = stepsIn(page.querySelector('[data-steps]'));
  if (!run) return step(says.nothing, says.begin, 'warning');
  page.querySelector('[data-about]').textContent = says['sent-back-for'].replace('%s', () => run.name);
  const again = page.querySelector('[data-again]');
  again.href = `${run.back}try/`;
  again.textContent = says.again;
  step(says['step-2'], Object.fromEntries(came));
  if (came.get('state') !== run.state) return step(says['other-state'], says['other-tab'], 'danger');
  if (came.get('iss') !== run.issuer) return step(says['other-issuer'], says['stops-here'], 'danger');
  if (!came.has('code'))
    return step(says['no-code'], came.get('error_description') ?? says['provider-refused'], 'danger');
  const tokens = await exchange(run, came.get('code'));
  step(says['step-3'], shortened(tokens));
  if (!tokens.access_token) return undefined;
  step(says['access-token-says'], decoded(tokens.access_token));
  if (tokens.id_token) step(says['id-token-says'], decoded(tokens.id_token));
  const authorization = { authorization: `${tokens.token_type} ${tokens.access_token}` };
  if (tokens.id_token) step(says['step-4'], await read(`${run.issuer}/userinfo/`, { headers: authorization }));
  return step(says['step-5'], await read(page.dataset.api, { headers: authorization }));
}

function exchange(run, code) {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: run.redirect, code_verifier: run.verifier };
  return read(`${run.issuer}/token/`, {
    method: 'POST',
    headers: run.confidential ? { authorization: `Basic ${btoa(`${run.client}:${run.secret}`)}` } : {},
    body: new URLSearchParams(run.confidential ? fields : { ...fields, client_id: run.client }),
  });
}

async function read(address, options) {
  const response = await fetch(address, options);
  return response.json().catch(() => ({ status: response.status }));
}

const shortened = (tokens) =>
  Object.fromEntries(
    Object.entries(tokens).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > 80 ? `${value.slice(0, 24)}…` : value,
    ]),
  );

function decoded(jwt) {
  const [header, payload] = jwt
    .split('.')
    .slice(0, 2)
    .map((part) => {
      const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
      return JSON.parse(new TextDecoder().decode(bytes));
    });
  return { header, payload };
}

function stepsIn(place) {
  return (title, what, kind) => {
    const card = document.createElement('section');
    card.className = kind ? `notice ${kind}` : 'card';
    const heading = document.createElement('h2');
    heading.textContent = title;
    const text = document.createElement(typeof what === 'string' ? 'p' : 'pre');
    text.textContent = typeof what === 'string' ? what : JSON.stringify(what, null, 2);
    const held = document.createElement('div');
    held.className = typeof what === 'string' ? '' : 'code';
    held.append(text);
    card.append(heading, held);
    place.append(card);
  };
}

const form = document.querySelector('form[data-try-it]');
if (form) await begin(form);
const answer = document.querySelector('[data-try-it-answer]');
if (answer) await end(answer);
