// Private notes on passages of a trial. They lie in this browser's own storage; the server sees what is shared, sealed.
import { canSeal, newPasscode, seal } from "./sealing.js";

const part = document.getElementById("notes");
const trial = part.dataset.trial;
const place = `calcitrials-notes:${trial}`;
const list = document.getElementById("note-list");
const form = document.getElementById("note-form");
const quoted = document.getElementById("note-quote");
const words = part.dataset;

const read = () => { try { return JSON.parse(localStorage.getItem(place)) ?? { notes: [], shared: [] }; } catch { return { notes: [], shared: [] }; } };
const write = (kept) => localStorage.setItem(place, JSON.stringify(kept));
const button = (text, action) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
};

const highlight = (notes) => {
  if (!globalThis.Highlight || !CSS.highlights) return;
  const ranges = [];
  const walker = document.createTreeWalker(document.getElementById("record"), NodeFilter.SHOW_TEXT);
  const flat = (text) => text.replace(/\s+/g, " ");
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const { quote } of notes) {
      const start = quote ? flat(node.data).indexOf(flat(quote)) : -1;
      if (start < 0 || flat(node.data).length !== node.data.length) continue;
      const range = new Range();
      range.setStart(node, start);
      range.setEnd(node, start + quote.length);
      ranges.push(range);
    }
  }
  CSS.highlights.set("note", new Highlight(...ranges));
};

const show = () => {
  const kept = read();
  list.replaceChildren(...kept.notes.map((note, number) => {
    const item = document.createElement("li");
    if (note.quote) {
      const quote = document.createElement("blockquote");
      quote.textContent = note.quote;
      item.append(quote);
    }
    const text = document.createElement("p");
    text.textContent = note.text;
    item.append(text, button(words.remove, () => {
      const now = read();
      now.notes.splice(number, 1);
      write(now);
      show();
    }));
    return item;
  }));
  document.getElementById("no-notes").hidden = kept.notes.length > 0;
  document.getElementById("share").hidden = kept.notes.length === 0 || !canSeal();
  document.getElementById("shared-links").replaceChildren(...kept.shared.map((link, number) => {
    const item = document.createElement("li");
    const anchor = document.createElement("a");
    anchor.href = link.address;
    anchor.textContent = new URL(link.address, location.href).href;
    item.append(anchor, " ", button(words.unshare, async () => {
      const answer = await fetch(`${link.address}/delete`, { method: "POST", body: JSON.stringify({ owner: link.owner }) });
      if (!answer.ok && answer.status !== 403) return;
      const now = read();
      now.shared.splice(number, 1);
      write(now);
      show();
    }));
    return item;
  }));
  highlight(kept.notes);
};

document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  const text = selection?.toString().trim();
  const record = document.getElementById("record");
  if (text && text.length < 2000 && record.contains(selection.anchorNode)) quoted.value = text;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = document.getElementById("note-text");
  const kept = read();
  kept.notes.push({ quote: quoted.value.trim(), text: text.value.trim() });
  write(kept);
  text.value = "";
  quoted.value = "";
  show();
});

document.getElementById("share-button").addEventListener("click", async (event) => {
  const asked = event.currentTarget;
  const told = document.getElementById("share-told");
  asked.disabled = true;
  try {
    const passcode = newPasscode();
    const sealed = await seal({ trial, title: words.title, notes: read().notes }, passcode);
    const answer = await fetch("/notes", { method: "POST", body: JSON.stringify(sealed) });
    if (!answer.ok) { told.textContent = words.failed; return; }
    const { address, owner } = await answer.json();
    const kept = read();
    kept.shared.push({ address, owner });
    write(kept);
    show();
    const code = document.createElement("code");
    code.id = "new-passcode";
    code.textContent = passcode;
    told.replaceChildren(words.passcode, " ", code);
  } finally {
    asked.disabled = false;
  }
});

part.hidden = false;
show();
