// The verdict follows each answer without the button: the same form, posted in the background, its verdict put in place.
const form = document.getElementById("checklist");
if (form) {
  let asked = 0;
  form.addEventListener("change", async () => {
    const number = ++asked;
    const body = new URLSearchParams(new FormData(form));
    body.set("part", "verdict");
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      if (answer.ok && number === asked) document.getElementById("verdict").innerHTML = await answer.text();
    } catch { /* the button is still there */ }
  });
}
