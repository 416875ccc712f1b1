// Shows the hints on a letter anew after each save while somebody writes: <div data-hints="/url/">.
// Without it the button "Look it over with me" does the same.
const place = document.querySelector("[data-hints]");
const form = document.querySelector("form[data-autosave]");

if (place && form) {
  form.addEventListener("autosaved", async () => {
    try {
      const answer = await fetch(place.dataset.hints, { redirect: "error" });
      if (answer.ok) place.innerHTML = await answer.text();
    } catch {
      // The hints of before stay; saving has said its own word.
    }
  });
}
