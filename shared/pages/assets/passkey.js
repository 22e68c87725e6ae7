// Forms that a passkey fills in. They stay hidden where the browser has none; its own library makes and uses them.

const { browserSupportsWebAuthn, startAuthentication, startRegistration } = globalThis.SimpleWebAuthnBrowser;

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!browserSupportsWebAuthn()) continue;
  form.hidden = false;
  const button = form.querySelector('button');
  const refusal = form.querySelector('[data-passkey-refusal]');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    refusal.hidden = true;
    const asked = { optionsJSON: JSON.parse(form.dataset.options) };
    try {
      const answer = await (form.dataset.passkey === 'add' ? startRegistration(asked) : startAuthentication(asked));
      form.elements.passkey.value = JSON.stringify(answer);
      form.submit();
    } catch (error) {
      const { there, none } = refusal.dataset;
      refusal.textContent = error.name === 'InvalidStateError' ? there : none;
      refusal.hidden = false;
      button.disabled = false;
    }
  });
}
