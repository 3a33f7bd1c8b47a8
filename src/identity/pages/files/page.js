// Gives what stands behind the `#` of a one-time link, with what the form asks, to the API. All is set as text.

const byId = (id) => document.getElementById(id);
const form = document.querySelector('form');
const button = form.querySelector('button');
const tell = (text) => {
  byId('status').textContent = text;
};
const incomplete = 'This address is not whole. Open the link again, with all that stands behind its #.';

if (location.hash.length < 2) tell(incomplete);

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const secret = location.hash.slice(1);
  const name = byId('name')?.value;
  const password = byId('password').value;
  if (secret === '') return tell(incomplete);
  if (password !== byId('again').value) return tell('The two passwords are not the same.');
  tell('');
  button.disabled = true;
  try {
    const answer = await fetch(form.dataset.endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ secret, name, password }),
    });
    if (answer.ok) return finish(name ?? 'NAME');
    const { detail, fields } = await answer.json();
    tell(fields?.map(({ message }) => message).join(' ') || detail);
  } catch {
    tell('The registry does not answer. Try again.');
  }
  button.disabled = false;
});

function finish(name) {
  // Worthless now, and no business of who uses this browser next.
  history.replaceState(null, '', location.pathname);
  form.hidden = true;
  byId('next').textContent =
    `docker login ${location.host} -u ${name}\nlading login ${location.origin} -u ${name}`;
  byId('done').hidden = false;
}
