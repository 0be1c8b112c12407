// Names of diseases while one types. What is typed goes to this page's own server in the body of a request, nowhere else.
const field = document.querySelector("[data-suggest]");
if (field) {
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.suggestLabel);
  list.hidden = true;
  field.after(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  let chosen = -1;
  let asked = 0;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const part = () => {
    const before = field.value.slice(0, field.selectionStart);
    const start = Math.max(before.lastIndexOf(","), before.lastIndexOf(";"), before.lastIndexOf("\n")) + 1;
    return { start, typed: before.slice(start).trim() };
  };
  const take = (label) => {
    const { start } = part();
    const rest = field.value.slice(field.selectionStart);
    field.value = (start ? field.value.slice(0, start) + " " : "") + label + rest;
    close();
    field.focus();
  };
  const show = (labels) => {
    list.replaceChildren(...labels.map((label, place) => {
      const option = document.createElement("li");
      option.id = `suggestion-${place}`;
      option.setAttribute("role", "option");
      option.textContent = label;
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); take(label); });
      return option;
    }));
    list.hidden = labels.length === 0;
    chosen = -1;
    field.setAttribute("aria-expanded", String(!list.hidden));
  };
  const mark = (place) => {
    chosen = place;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    field.setAttribute("aria-activedescendant", `suggestion-${place}`);
  };
  const ask = async () => {
    const { typed } = part();
    const number = ++asked;
    if (typed.length < 2 || typed.length > 80) { close(); return; }
    try {
      const answer = await fetch(field.dataset.suggest, { method: "POST", body: new URLSearchParams({ typed }) });
      const labels = answer.ok ? await answer.json() : [];
      if (number === asked && document.activeElement === field) show(labels);
    } catch { close(); }
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  field.addEventListener("blur", () => { clearTimeout(timer); asked += 1; close(); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && chosen < 0) {
      event.preventDefault();
      field.form.requestSubmit();
    } else if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark((chosen + step + list.children.length) % list.children.length);
    } else if (!list.hidden && event.key === "Enter") {
      event.preventDefault();
      take(list.children[chosen].textContent);
    } else if (event.key === "Escape") { asked += 1; close(); }
  });
}
