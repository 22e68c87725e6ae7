// Small comforts for the API pages and the pages of resources; everything works without them.

// The language chosen once is the language of every example.
const language = 'api-language';
const picks = document.querySelectorAll('.sample-pick');
function choose(value) {
  for (const pick of picks) pick.checked = pick.value === value;
}
try {
  const kept = localStorage.getItem(language);
  if (kept) choose(kept);
} catch {
  // Storage may be off; then nothing is remembered.
}
for (const pick of picks) {
  pick.addEventListener('change', () => {
    const before = pick.getBoundingClientRect().top;
    choose(pick.value);
    // Examples above may have grown; what was clicked stays where it is.
    scrollBy(0, pick.getBoundingClientRect().top - before);
    try {
      localStorage.setItem(language, pick.value);
    } catch {
      // As above.
    }
  });
}

// Searching narrows the list while one types.
for (const input of document.querySelectorAll('[data-narrows]')) {
  const nothing = document.querySelector(`[data-narrowed="${input.dataset.narrows}"]`);
  const items = [...document.querySelectorAll('[data-words]')];
  // A list that the server narrowed already can only be searched there.
  if (input.value) continue;
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) item.hidden = !words.every((word) => item.dataset.words.includes(word));
    let shown = false;
    for (const group of document.querySelectorAll('[data-narrow-group]')) {
      group.hidden = !group.querySelector('[data-words]:not([hidden])');
      shown ||= !group.hidden;
    }
    if (nothing) nothing.hidden = shown;
    // What was found stands where one looks.
    for (const beside of document.querySelectorAll(`[data-beside="${input.dataset.narrows}"]`)) {
      beside.hidden = words.length > 0;
    }
  });
}

// Menus that fold on narrow screens are open on wide ones.
const wide = matchMedia('(min-width: 961px)');
function unfold() {
  for (const menu of document.querySelectorAll('[data-wide-open]')) menu.open = wide.matches;
}
if (document.querySelector('[data-wide-open]')) {
  unfold();
  wide.addEventListener('change', unfold);
}
