// Opening a shared note: the passcode stays here, the server gives the ciphertext for its proof.
import { unlocking } from "./sealing.js";

const part = document.getElementById("shared-note");
const form = document.getElementById("passcode-form");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const told = document.getElementById("passcode-error");
  button.disabled = true;
  told.hidden = true;
  try {
    const { proof, open } = await unlocking(document.getElementById("passcode").value, part.dataset.salt);
    const answer = await fetch(`${part.dataset.address}/open`, { method: "POST", body: JSON.stringify({ proof }) });
    if (!answer.ok) {
      told.textContent = { 403: part.dataset.wrong, 429: part.dataset.closed }[answer.status] ?? part.dataset.gone;
      told.hidden = false;
      return;
    }
    const shared = await open((await answer.json()).sealed);
    const trial = document.getElementById("note-trial");
    trial.href = `/trials/${encodeURIComponent(shared.trial)}`;
    trial.textContent = `${shared.trial}: ${shared.title}`;
    document.getElementById("shared-notes").replaceChildren(...shared.notes.map((note) => {
      const item = document.createElement("li");
      if (note.quote) {
        const quote = document.createElement("blockquote");
        quote.textContent = note.quote;
        item.append(quote);
      }
      const text = document.createElement("p");
      text.textContent = note.text;
      item.append(text);
      return item;
    }));
    document.getElementById("opened").hidden = false;
    form.hidden = true;
  } finally {
    button.disabled = false;
  }
});
