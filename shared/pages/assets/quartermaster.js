// Small comforts on top of pages that work without any script.

for (const button of document.querySelectorAll('button[data-copy]')) {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.textContent = document.documentElement.dataset.copied;
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = document.documentElement.dataset.selected;
    }
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
}

// A form that was sent is not sent twice.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}

// After a refused form, the summary of what is wrong is where reading goes on.
document.querySelector('[data-error-summary]')?.focus();
