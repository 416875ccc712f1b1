// Saves a long text three seconds after typing stops: <form data-autosave="/url/">.
// The server answers JSON: {"saved": "20:41", "version": 3, "words": "Saved at 20:41."}
// or 409 when the text was changed somewhere else; then only the button saves.
const WAIT = 3000;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const told = form.querySelector("[data-autosave-words]");
  let timer, busy = false, again = false, stopped = false;

  async function save() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: new FormData(form), redirect: "error",
        headers: { Accept: "application/json", "X-Autosave": "1" },
      });
      const saved = answer.ok || answer.status === 409 ? await answer.json() : {};
      stopped = answer.status === 409;
      if (answer.ok && form.elements.version && "version" in saved) {
        form.elements.version.value = saved.version;
      }
      if (told) told.textContent = saved.words || form.dataset.autosaveFailed || "";
      if (answer.ok) form.dispatchEvent(new CustomEvent("autosaved"));
    } catch {
      if (told) told.textContent = form.dataset.autosaveFailed || "";
    }
    busy = false;
    if (again && !stopped) {
      again = false;
      save();
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, WAIT);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}
